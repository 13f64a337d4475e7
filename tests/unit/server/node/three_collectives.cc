// SPDX-License-Identifier: Apache-2.0
// A node's rooms below the rpcs in a roster of three.
#include "tests/unit/server/node/three_collectives.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/files.h"
#include "model/roster.h"
#include "server/node/own_authority.h"
#include "server/node/round_check.h"
#include "tests/support/store_key_lock.h"

namespace aangan::node {
namespace {

namespace fed = ::aangan::federation::v1;
using storage::node::NodeStore;
using storage::node::OnceStore;
using storage::node::RecordsChange;
using storage::node::WriteKind;

constexpr char kOwn[] = "assam_1";
constexpr char kStates[3][16] = {"assam", "bihar", "kerala"};

template <typename T>
T Must(absl::StatusOr<T> value) {
  if (!value.ok()) std::fprintf(stderr, "%s\n", std::string(value.status().message()).c_str());
  AANGAN_CHECK(value.ok());
  return *std::move(value);
}

}  // namespace

fed::Catalogue RehearsalCatalogue() {
  fed::Catalogue catalogue = Must(model::ParseCatalogueText(Must(ReadFile(AANGAN_DEFAULT_CATALOGUE, 256 << 10))));
  catalogue.set_form(fed::ROUND_FORM_DIRECT);  // three are too few for a summed one
  catalogue.clear_places();
  catalogue.set_first_period("2025Q4");
  catalogue.set_last_period("2026Q4");
  catalogue.set_contribute_days(0);
  auto* tables = catalogue.mutable_tables();
  tables->erase(std::remove_if(tables->begin(), tables->end(),
                               [](const fed::Table& table) {
                                 return std::count(table.dimensions().begin(), table.dimensions().end(),
                                                   fed::DIMENSION_PLACE) > 0;
                               }),
                tables->end());
  return catalogue;
}

ThreeCollectives::ThreeCollectives()
    : clock_(model::StartOfDayInIndia(Must(model::DayFromCivil({2026, 11, 24}, "day"))) + absl::Hours(12)) {
  storage::node::StoreOptions options;
  options.folder = folder_.path();
  options.key_lock = &tests::TestKeyLock();
  options.clock = &clock_;
  options.random = &random_;
  options.disk_reserve_bytes = 1 << 20;
  store_ = Must(NodeStore::Open(options));
  once_ = Must(OnceStore::Open(folder_ / "once", &clock_, &random_));
  identity_ = Must(Identity::Open(folder_.path(), random_));
  const OwnCertificate pair = Must(OpenOwnAuthority(folder_ / "tls", clock_, random_));
  AANGAN_CHECK(identity_
                   ->Join({"india", kOwn, "localhost:1", federation_.public_key(), pair.authority_pem,
                           pair.certificate_pem, pair.key_pem})
                   .ok());
  book_ = Must(GovernanceBook::Open(folder_.path(), store_.get(), identity_.get(), &clock_));
  watch_ = Must(LogWatch::Open(once_.get(), identity_.get(), &clock_));
  close_ = std::make_unique<CloseAgent>(CloseAgent::Rooms{store_.get(), once_.get(), identity_.get(), book_.get(),
                                                          watch_.get(), &clock_, &random_, true});
  others_.push_back(SigningKey::Generate(random_));
  others_.push_back(SigningKey::Generate(random_));
  fed::Roster& roster = *roster_.mutable_roster();
  roster.set_roster("india");
  roster.set_epoch(1);
  roster.mutable_expire_time()->set_seconds(absl::ToUnixSeconds(clock_.Now() + absl::Hours(24 * 300)));
  roster.set_federation_key(std::string(AsText(federation_.public_key())));
  for (int i = 0; i < 3; ++i) {
    const SigningKey& key = i == 0 ? identity_->key() : others_[static_cast<size_t>(i - 1)];
    fed::Collective& collective = *roster.add_collectives();
    collective.set_id(absl::StrCat(kStates[i], "_1"));
    collective.set_title(absl::StrCat("Collective ", i + 1));
    collective.set_state(kStates[i]);
    collective.set_run_by(absl::StrCat("group_", i + 1));
    collective.set_signing_key(std::string(AsText(key.public_key())));
    collective.set_certificate_fingerprint(std::string(AsText(Sha256(absl::StrCat("certificate ", i)))));
  }
  const std::string canonical = Must(model::CanonicalRoster(roster));
  for (int i = 0; i < 3; ++i) {
    const SigningKey& key = i == 0 ? identity_->key() : others_[static_cast<size_t>(i - 1)];
    fed::RosterSignature& signature = *roster_.add_signatures();
    signature.set_collective(roster.collectives(i).id());
    signature.set_signature(std::string(AsText(key.Sign(model::kRosterLabel, canonical))));
  }
}

void ThreeCollectives::AcceptCatalogue(const fed::Catalogue& catalogue) {
  fed::SignedCatalogue offered;
  *offered.mutable_catalogue() = catalogue;
  AANGAN_CHECK(book_->TakeOffers(roster_, {offered}).ok());
  const std::string canonical = Must(model::CanonicalCatalogue(catalogue));
  const Signature own = Must(book_->AcceptCatalogue(catalogue.version(), AsText(Sha256(canonical)), "tokens/test"));
  for (int i = 0; i < 3; ++i) {
    fed::CollectiveSignature& signature = *offered.add_signatures();
    signature.set_collective(roster_.roster().collectives(i).id());
    const Signature made = i == 0 ? own : others_[static_cast<size_t>(i - 1)].Sign(model::kCatalogueLabel, canonical);
    signature.set_signature(std::string(AsText(made)));
  }
  AANGAN_CHECK(book_->TakeOffers(roster_, {offered}).ok());
  AANGAN_CHECK(store_->SetCatalogues(book_->Counted()).ok());
  AANGAN_CHECK(store_->AwaitRebuilt(absl::Seconds(30)).ok());
}

storage::node::RoundEntry ThreeCollectives::Announce(const model::Period& quarter) {
  const auto catalogue = Must(book_->CatalogueFor(quarter));
  fed::Round round;
  *round.mutable_round_descriptor() = Must(privacy::MakeDescriptor(roster_.roster(), *catalogue, quarter, {}));
  const std::string canonical = Must(privacy::CanonicalDescriptor(round.round_descriptor()));
  round.set_descriptor_signature(std::string(AsText(federation_.Sign(privacy::kDescriptorLabel, canonical))));
  const storage::node::RoundEntry entry = Must(CheckAnnounced(round, *book_, {}, federation_.public_key()));
  AANGAN_CHECK(once_->Announce(entry).ok());
  return entry;
}

model::Id ThreeCollectives::AddMember(const model::CivilDay& received) {
  RecordsChange change;
  change.actor = "tokens/test";
  const model::Id member = model::RandomId(random_);
  store::v1::MemberRecord record;
  record.set_birth_year(1995);
  record.set_gender("woman");
  record.set_exploitation_type("forced_labour");
  record.set_enrolment_quarter("2026Q1");
  store::v1::ConsentRecord consent;
  consent.set_purpose(2);
  consent.set_decision(1);
  consent.set_decision_day(Must(model::DayFromCivil({2026, 1, 2}, "day")));
  consent.set_notice_version("1");
  consent.set_language("hi");
  store::v1::ServiceRecord service;
  service.set_domain("health");
  service.set_type("health_check");
  service.set_stage(4);
  service.set_received_day(Must(model::DayFromCivil(received, "day")));
  change.writes.push_back({WriteKind::kCreate, {model::RecordKind::kMember, member, member}, 0, record});
  change.writes.push_back(
      {WriteKind::kCreate, {model::RecordKind::kConsent, member, model::RandomId(random_)}, 0, consent});
  change.writes.push_back(
      {WriteKind::kCreate, {model::RecordKind::kService, member, model::RandomId(random_)}, 0, service});
  AANGAN_CHECK(store_->SubmitAndWait(std::move(change)).ok());
  return member;
}

}  // namespace aangan::node
