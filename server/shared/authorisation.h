// SPDX-License-Identifier: Apache-2.0
// Which role may call which rpc: one readable table, server/shared/authorisation.txtpb, compiled in. A method without a
// row stops the start-up; a row without a method too.
// Threads: immutable.
#ifndef AANGAN_SERVER_SHARED_AUTHORISATION_H_
#define AANGAN_SERVER_SHARED_AUTHORISATION_H_

#include <bitset>
#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/shared/caller.h"

namespace aangan::server {

using RoleSet = std::bitset<kRoleCount>;

class Authorisation {
 public:
  // The table that is compiled in. A malformed table is our own error and a failed start.
  static absl::StatusOr<Authorisation> Load();
  // For tests: one row a line, "/package.Service/Method: role role".
  static absl::StatusOr<Authorisation> Parse(absl::string_view text);

  // None when there is no row.
  std::optional<RoleSet> RolesOf(absl::string_view path) const;
  const std::map<std::string, RoleSet>& rows() const { return rows_; }

 private:
  std::map<std::string, RoleSet> rows_;
};

}  // namespace aangan::server

#endif  // AANGAN_SERVER_SHARED_AUTHORISATION_H_
