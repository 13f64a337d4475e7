// SPDX-License-Identifier: Apache-2.0
// The preview of a release as a table: what stays here beside what would leave, cells in which one could recognise
// herself first. Threads: pure.
#ifndef AANGAN_CLIENT_COMMAND_RELEASE_TABLE_H_
#define AANGAN_CLIENT_COMMAND_RELEASE_TABLE_H_

#include <string>

#include "aangan/node/v1/releases.pb.h"
#include "client/command/output.h"

namespace aangan::client {

// For people the cells that hold something, at most `rows_max` (0: all cells); for programs all of them.
Table PreviewTable(const node::v1::PreviewReleaseResponse& preview, bool for_people, size_t rows_max);
// What came too late, in words; empty when nothing did.
std::string LateWords(const node::v1::LateRecords& late);
// "needs_met by domain: health" -> "needs_met / health".
std::string CellLabel(const std::string& indicator, const google::protobuf::RepeatedPtrField<std::string>& codes);

}  // namespace aangan::client

#endif  // AANGAN_CLIENT_COMMAND_RELEASE_TABLE_H_
