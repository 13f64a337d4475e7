// SPDX-License-Identifier: Apache-2.0
// Whether two signed objects of a collective can be of one node that was never copied and never set back.
//
// A node contributes once and answers once a period, gives each counter of an incarnation to one object, and draws the
// counter together with the position of its log, which never shrinks. So two objects that break one of these show a
// twin, in whatever order and however late they arrive; an object that only arrives late shows nothing. Source:
// protocol.md, Restore. Threads: pure.
#ifndef AANGAN_PRIVACY_TWINS_H_
#define AANGAN_PRIVACY_TWINS_H_

#include "aangan/federation/v1/log.pb.h"
#include "absl/strings/string_view.h"
#include "base/digest.h"
#include "privacy/answer.h"
#include "privacy/contribution.h"

namespace aangan::privacy {

// As it stands signed; the time of its arrival is the caller's.
federation::v1::SeenObject SeenContribution(const ContributionHeader& header, absl::string_view period,
                                            const Digest& name);
federation::v1::SeenObject SeenAnswer(const AnswerHeader& header, absl::string_view period, const Digest& digest);

// The same bytes, however often they come.
bool SameObject(const federation::v1::SeenObject& a, const federation::v1::SeenObject& b);

// TWIN_KIND_UNSPECIFIED when one node can have made both.
federation::v1::TwinKind TwinKindOf(const federation::v1::SeenObject& a, const federation::v1::SeenObject& b);

}  // namespace aangan::privacy

#endif  // AANGAN_PRIVACY_TWINS_H_
