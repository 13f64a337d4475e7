// SPDX-License-Identifier: Apache-2.0
// The catalogues that a collective knows: those that the federation offers, and those that it must not forget because
// they were decided on here or have been in force (so that a round may stand on them), offered or not.
//
// Of a version one text is shown: the one in force, else the accepted one, else the one offered last. Signatures that
// have verified stay with their text: what is in force does not cease to be because somebody shows it without them.
// Source: protocol.md 1. Threads: not thread-safe; its owner locks. Errors: none.
#ifndef AANGAN_SERVER_NODE_KNOWN_CATALOGUES_H_
#define AANGAN_SERVER_NODE_KNOWN_CATALOGUES_H_

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "aangan/federation/v1/catalogue.pb.h"
#include "aangan/federation/v1/roster.pb.h"
#include "model/catalogue.h"
#include "server/node/decisions.h"
#include "server/node/offers_file.h"

namespace aangan::node {

struct KnownCatalogue {
  federation::v1::SignedCatalogue signed_catalogue;
  Digest digest{};  // of the text; zeros where it has no canonical form
  // Null when it breaks a rule of structure or no roster is known.
  std::shared_ptr<const model::CompiledCatalogue> text;
  // The same, but null also when its cost breaks a rule at today's number of collectives.
  std::shared_ptr<const model::CompiledCatalogue> compiled;
  bool in_force = false;  // enough collectives have signed
  bool was_in_force = false;
  Decision decision = Decision::kNone;
  bool offered = false;                      // with the last contact
  std::set<std::string> offered_signatures;  // bytes, as the federation has them
};

class KnownCatalogues {
 public:
  // What they are judged by. `in_force` may be null; `collectives` is 0 when no roster is known.
  struct Ground {
    const federation::v1::Roster* in_force = nullptr;
    int collectives = 0;
    const std::map<int32_t, std::pair<Decision, Digest>>* decisions = nullptr;
  };
  void Load(std::vector<KeptCatalogue> kept, const Ground& ground);
  std::vector<KeptCatalogue> ToKeep() const;
  // What the federation offers now takes the place of what it offered before.
  void Take(const std::vector<federation::v1::SignedCatalogue>& offered, const Ground& ground);
  // After a decision or another roster.
  void Judge(const Ground& ground);

  const std::map<int32_t, KnownCatalogue>& shown() const { return shown_; }  // by version
  // Of whatever version, null when there is none: also one that is shown no more.
  std::shared_ptr<const model::CompiledCatalogue> Find(const Digest& digest) const;
  std::vector<std::shared_ptr<const model::CompiledCatalogue>> Accepted() const;
  // The highest version in force for the quarter, null when there is none.
  const KnownCatalogue* InForce(const model::Period& quarter) const;

 private:
  void Place(KnownCatalogue one);
  const KnownCatalogue* Known(const Digest& digest) const;

  std::map<int32_t, KnownCatalogue> shown_;
  std::vector<KnownCatalogue> hidden_;  // another text of their version is shown
};

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_KNOWN_CATALOGUES_H_
