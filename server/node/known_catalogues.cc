// SPDX-License-Identifier: Apache-2.0
// What is offered, and what must not be forgotten.
#include "server/node/known_catalogues.h"

#include <algorithm>

#include "absl/algorithm/container.h"
#include "model/roster.h"
#include "server/node/catalogue_cost.h"

namespace aangan::node {
namespace {

namespace fed = ::aangan::federation::v1;

constexpr size_t kOfferedMax = 200;
// A catalogue is proposed as a text of at most 256 KiB, which is longer than its message; the rest is for signatures.
constexpr size_t kOfferBytesMax = 288 * 1024;
// Of all together: nobody else's offers make a file that this node can not read at its next start.
constexpr size_t kOfferedBytesMax = 8u << 20;
constexpr size_t kKeptMax = 200;  // beside those offered; each was decided on by people or signed by k collectives

Digest DigestOf(const fed::Catalogue& catalogue) {
  const absl::StatusOr<std::string> canonical = model::CanonicalCatalogue(catalogue);
  return canonical.ok() ? Sha256(*canonical) : Digest{};
}

// The offer with the kept signatures that it lacks. Of a collective that signs twice one signature is taken: a second
// one is no reason to count neither.
fed::SignedCatalogue Merged(const fed::SignedCatalogue& offer, const fed::SignedCatalogue* kept,
                            const fed::Roster* roster) {
  fed::SignedCatalogue merged = offer;
  merged.clear_signatures();
  const absl::StatusOr<std::string> canonical = model::CanonicalCatalogue(offer.catalogue());
  std::set<std::string> verified;
  const auto add = [&](const fed::SignedCatalogue& from, bool also_unverified) {
    for (const fed::CollectiveSignature& each : from.signatures()) {
      const bool counts =
          roster != nullptr && canonical.ok() &&
          model::CheckOneSignature(*roster, each.collective(), model::kCatalogueLabel, *canonical, each.signature())
              .ok();
      if (counts ? verified.insert(each.collective()).second : also_unverified) *merged.add_signatures() = each;
    }
  };
  add(offer, true);
  if (kept != nullptr) add(*kept, roster == nullptr);
  return merged;
}

void JudgeOne(KnownCatalogue& known, const KnownCatalogues::Ground& ground) {
  const auto decision = ground.decisions->find(known.signed_catalogue.catalogue().version());
  // A decision is on one text, not on another under its number.
  const bool decided = decision != ground.decisions->end() && decision->second.second == known.digest;
  known.decision = decided ? decision->second.first : Decision::kNone;
  known.compiled = nullptr;
  known.in_force = false;
  if (ground.collectives == 0) return;
  if (known.text == nullptr) {
    auto compiled = model::CompileCatalogue(known.signed_catalogue.catalogue());
    if (!compiled.ok()) return;
    known.text = *std::move(compiled);
  }
  if (!CheckCost(*known.text, ground.collectives).ok()) return;
  known.compiled = known.text;
  known.in_force =
      ground.in_force != nullptr && model::CheckCatalogueSignatures(known.signed_catalogue, *ground.in_force).ok();
  known.was_in_force = known.was_in_force || known.in_force;
}

bool MustStay(const KnownCatalogue& known) { return known.was_in_force || known.decision != Decision::kNone; }

// Which of two texts of one version is shown.
int Rank(const KnownCatalogue& known) {
  if (known.in_force) return 2;
  return known.decision == Decision::kAccepted ? 1 : 0;
}

}  // namespace

void KnownCatalogues::Load(std::vector<KeptCatalogue> kept, const Ground& ground) {
  for (KeptCatalogue& each : kept) {
    KnownCatalogue known;
    known.signed_catalogue = std::move(each.signed_catalogue);
    known.was_in_force = each.was_in_force;
    known.digest = DigestOf(known.signed_catalogue.catalogue());
    JudgeOne(known, ground);
    Place(std::move(known));
  }
}

std::vector<KeptCatalogue> KnownCatalogues::ToKeep() const {
  std::vector<KeptCatalogue> kept;
  for (const auto& [version, known] : shown_) kept.push_back({known.signed_catalogue, known.was_in_force});
  for (const KnownCatalogue& known : hidden_) kept.push_back({known.signed_catalogue, known.was_in_force});
  return kept;
}

void KnownCatalogues::Place(KnownCatalogue one) {
  const auto [at, is_new] = shown_.try_emplace(one.signed_catalogue.catalogue().version(), one);
  if (is_new) return;
  if (Rank(one) > Rank(at->second)) std::swap(at->second, one);
  if (MustStay(one)) hidden_.push_back(std::move(one));
}

void KnownCatalogues::Take(const std::vector<fed::SignedCatalogue>& offered, const Ground& ground) {
  std::vector<KnownCatalogue> fresh;
  std::set<Digest> taken;
  size_t bytes = 0;
  for (const fed::SignedCatalogue& each : offered) {
    if (each.ByteSizeLong() > kOfferBytesMax) continue;
    bytes += each.ByteSizeLong();
    if (fresh.size() == kOfferedMax || bytes > kOfferedBytesMax) break;
    const Digest digest = DigestOf(each.catalogue());
    if (digest != Digest{} && !taken.insert(digest).second) continue;
    const KnownCatalogue* before = digest == Digest{} ? nullptr : Known(digest);
    KnownCatalogue& known = fresh.emplace_back(before == nullptr ? KnownCatalogue{} : *before);
    known.signed_catalogue = Merged(each, before == nullptr ? nullptr : &before->signed_catalogue, ground.in_force);
    known.digest = digest;
    known.offered = true;
    known.offered_signatures.clear();
    for (const fed::CollectiveSignature& one : each.signatures()) known.offered_signatures.insert(one.signature());
  }
  std::vector<KnownCatalogue> stay;
  const auto keep = [&](KnownCatalogue& known) {
    if (!MustStay(known) || taken.contains(known.digest)) return;
    known.offered = false;
    stay.push_back(std::move(known));
  };
  for (auto& [version, known] : shown_) keep(known);
  for (KnownCatalogue& known : hidden_) keep(known);
  // Those that ended longest ago go first.
  absl::c_stable_sort(stay, [](const KnownCatalogue& a, const KnownCatalogue& b) {
    return a.signed_catalogue.catalogue().last_period() > b.signed_catalogue.catalogue().last_period();
  });
  if (stay.size() > kKeptMax) stay.resize(kKeptMax);
  shown_.clear();
  hidden_.clear();
  for (std::vector<KnownCatalogue>* list : {&fresh, &stay}) {
    for (KnownCatalogue& known : *list) {
      JudgeOne(known, ground);
      Place(std::move(known));
    }
  }
}

void KnownCatalogues::Judge(const Ground& ground) {
  for (auto& [version, known] : shown_) JudgeOne(known, ground);
  for (KnownCatalogue& known : hidden_) JudgeOne(known, ground);
}

const KnownCatalogue* KnownCatalogues::Known(const Digest& digest) const {
  for (const auto& [version, known] : shown_) {
    if (known.digest == digest) return &known;
  }
  const auto hidden = absl::c_find_if(hidden_, [&](const KnownCatalogue& known) { return known.digest == digest; });
  return hidden == hidden_.end() ? nullptr : &*hidden;
}

std::shared_ptr<const model::CompiledCatalogue> KnownCatalogues::Find(const Digest& digest) const {
  const KnownCatalogue* known = Known(digest);
  return known == nullptr ? nullptr : known->text;
}

std::vector<std::shared_ptr<const model::CompiledCatalogue>> KnownCatalogues::Accepted() const {
  std::vector<std::shared_ptr<const model::CompiledCatalogue>> accepted;
  const auto add = [&](const KnownCatalogue& known) {
    if (known.decision == Decision::kAccepted && known.text != nullptr) accepted.push_back(known.text);
  };
  for (const auto& [version, known] : shown_) add(known);
  for (const KnownCatalogue& known : hidden_) add(known);
  return accepted;
}

const KnownCatalogue* KnownCatalogues::InForce(const model::Period& quarter) const {
  for (auto each = shown_.rbegin(); each != shown_.rend(); ++each) {
    if (each->second.in_force && each->second.compiled->ValidFor(quarter)) return &each->second;
  }
  return nullptr;
}

}  // namespace aangan::node
