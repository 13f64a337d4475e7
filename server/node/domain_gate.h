// SPDX-License-Identifier: Apache-2.0
// The gate before sensitive records: services of the domains mental_health, health and legal_aid, and assessments by
// instruments of mental health (all but the reintegration score). A member passes for her own; everybody else needs a
// grant, or a glass broken for this member.
// Threads: thread-safe. Errors: PERMISSION_DENIED (GRANT_NEEDED), naming the domain to ask for.
#ifndef AANGAN_SERVER_NODE_DOMAIN_GATE_H_
#define AANGAN_SERVER_NODE_DOMAIN_GATE_H_

#include "aangan/node/v1/casework.pb.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "model/names.h"
#include "server/node/grant_book.h"
#include "server/shared/door.h"
#include "storage/node/change.h"

namespace aangan::node {

// True for the codes of the list "domain" that stand behind a grant.
bool IsSensitiveDomain(absl::string_view domain);
// The sensitive domain that a record belongs to; empty when it belongs to none.
absl::string_view SensitiveDomainOf(const store::v1::ServiceRecord& service);
absl::string_view SensitiveDomainOf(const store::v1::AssessmentRecord& assessment);
absl::string_view SensitiveDomainOf(const storage::node::Record& record);
absl::string_view SensitiveDomainOf(const v1::Service& service);
absl::string_view SensitiveDomainOf(const v1::Assessment& assessment);

class DomainGate {
 public:
  explicit DomainGate(const GrantBook* grants) : grants_(grants) {}  // outlives it

  // `record` is a stored record, one that is to be, or one that goes out; of the member.
  template <typename Record>
  absl::Status Check(const server::Call& call, const model::Id& member, const Record& record) const {
    return CheckDomain(call, member, SensitiveDomainOf(record));
  }

 private:
  absl::Status CheckDomain(const server::Call& call, const model::Id& member, absl::string_view domain) const;

  const GrantBook* const grants_;
};

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_DOMAIN_GATE_H_
