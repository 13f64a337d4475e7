// SPDX-License-Identifier: Apache-2.0
// Tends the books of who may call, once an hour and at the end: writes the days on which tokens were used, and removes
// tokens, grants and permits whose time has long been over.
// Threads: one of its own.
#ifndef AANGAN_SERVER_NODE_ACCESS_KEEPER_H_
#define AANGAN_SERVER_NODE_ACCESS_KEEPER_H_

#include "absl/status/status.h"
#include "server/node/grant_book.h"
#include "server/node/permit_book.h"
#include "server/node/token_book.h"
#include "server/shared/periodic.h"

namespace aangan::node {

class AccessKeeper {
 public:
  // All outlive it.
  AccessKeeper(TokenBook* tokens, GrantBook* grants, PermitBook* permits)
      : tokens_(tokens), grants_(grants), permits_(permits) {}
  ~AccessKeeper() { Stop(); }

  void Start();
  void Stop();
  absl::Status TendNow();

 private:
  void Tend();

  TokenBook* const tokens_;
  GrantBook* const grants_;
  PermitBook* const permits_;
  server::Periodic tends_;
};

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_ACCESS_KEEPER_H_
