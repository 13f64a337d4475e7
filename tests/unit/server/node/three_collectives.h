// SPDX-License-Identifier: Apache-2.0
// A node's rooms below the rpcs, on a temporary folder, in a roster of three collectives under a rehearsal catalogue
// for direct rounds: everything that a round needs, without a federation.
#ifndef AANGAN_TESTS_UNIT_SERVER_NODE_THREE_COLLECTIVES_H_
#define AANGAN_TESTS_UNIT_SERVER_NODE_THREE_COLLECTIVES_H_

#include <memory>
#include <string>
#include <vector>

#include "aangan/federation/v1/catalogue.pb.h"
#include "aangan/federation/v1/roster.pb.h"
#include "base/random.h"
#include "base/signing.h"
#include "server/node/close_agent.h"
#include "server/node/governance_book.h"
#include "server/node/identity.h"
#include "storage/node/node_store.h"
#include "storage/node/once_store.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_dir.h"

namespace aangan::node {

// The shipped catalogue without places, as a rehearsal over 2026: windows of 0 days.
federation::v1::Catalogue RehearsalCatalogue();

class ThreeCollectives {
 public:
  ThreeCollectives();

  storage::node::NodeStore& store() { return *store_; }
  storage::node::OnceStore& once() { return *once_; }
  GovernanceBook& book() { return *book_; }
  CloseAgent& close() { return *close_; }
  Identity& identity() { return *identity_; }
  tests::FakeClock& clock() { return clock_; }
  const federation::v1::SignedRoster& roster() const { return roster_; }

  // Takes the offers in, accepts the catalogue here and has the two others sign it; then counts by it.
  void AcceptCatalogue(const federation::v1::Catalogue& catalogue);
  // Notes the round as a sync would.
  storage::node::RoundEntry Announce(const model::Period& quarter);
  // A member who agreed to be counted, with a service received on this day. Returns her id.
  model::Id AddMember(const model::CivilDay& received);

 private:
  const tests::TempDir folder_;
  tests::FakeClock clock_;
  SystemRandom random_;
  const SigningKey federation_ = SigningKey::Generate(random_);
  std::vector<SigningKey> others_;
  std::unique_ptr<storage::node::NodeStore> store_;
  std::unique_ptr<storage::node::OnceStore> once_;
  std::unique_ptr<Identity> identity_;
  std::unique_ptr<GovernanceBook> book_;
  std::unique_ptr<LogWatch> watch_;
  std::unique_ptr<CloseAgent> close_;
  federation::v1::SignedRoster roster_;
};

}  // namespace aangan::node

#endif  // AANGAN_TESTS_UNIT_SERVER_NODE_THREE_COLLECTIVES_H_
