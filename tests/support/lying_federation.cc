// SPDX-License-Identifier: Apache-2.0
// The real rooms of n nodes and a federation in the test's hands.
#include "tests/support/lying_federation.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/check.h"
#include "base/files.h"
#include "base/problem.h"
#include "base/status.h"
#include "model/canonical_message.h"
#include "model/published.h"
#include "model/roster.h"
#include "privacy/answer.h"
#include "privacy/log_head.h"
#include "privacy/recipient_keys.h"
#include "privacy/release.h"
#include "server/node/own_authority.h"
#include "server/node/restore.h"
#include "tests/support/lying_link.h"
#include "tests/support/store_key_lock.h"

namespace aangan::tests {
namespace {

namespace fed = federation::v1;
using storage::node::NodeStore;
using storage::node::OnceStore;
using storage::node::RoundKeys;

template <typename T>
T Must(absl::StatusOr<T> value) {
  if (!value.ok()) std::fprintf(stderr, "%s\n", std::string(value.status().message()).c_str());
  AANGAN_CHECK(value.ok());
  return *std::move(value);
}
void Must(const absl::Status& status) {
  if (!status.ok()) std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  AANGAN_CHECK(status.ok());
}

// The shipped catalogue without places, for 2027.
fed::Catalogue SummedCatalogue() {
  fed::Catalogue catalogue = Must(model::ParseCatalogueText(Must(ReadFile(AANGAN_DEFAULT_CATALOGUE, 256 << 10))));
  catalogue.clear_places();
  catalogue.set_first_period("2027Q1");
  catalogue.set_last_period("2027Q4");
  catalogue.set_contribute_days(20);
  auto* tables = catalogue.mutable_tables();
  tables->erase(std::remove_if(tables->begin(), tables->end(),
                               [](const fed::Table& table) {
                                 return std::count(table.dimensions().begin(), table.dimensions().end(),
                                                   fed::DIMENSION_PLACE) > 0;
                               }),
                tables->end());
  return catalogue;
}

}  // namespace

void LiarNode::Close() {
  sync.reset();
  answers.reset();
  close.reset();
  keys.reset();
  watch.reset();
  book.reset();
  identity.reset();
  round_keys.reset();
  once.reset();
  store.reset();
}

LyingFederation::LyingFederation(int n) : clock_(model::Period{2026, 3}.end() + absl::Hours(24 * 40)) {
  for (int place = 0; place < n; ++place) {
    LiarNode& node = nodes_.emplace_back();
    node.id = absl::StrFormat("collective_%02d", place);
    node.folder = std::make_unique<TempDir>();
    Open(node);  // as a program starts before it joins
    const node::OwnCertificate pair = Must(node::OpenOwnAuthority(*node.folder / "tls", clock_, random_));
    Must(node.identity->Join(
        {"india", node.id, "localhost:1", key_.public_key(), pair.authority_pem, pair.certificate_pem, pair.key_pem}));
  }
  Found();
}

void LyingFederation::Open(LiarNode& node) {
  node.Close();
  const std::string folder = node.folder->path();
  storage::node::StoreOptions options;
  options.folder = folder;
  options.key_lock = &TestKeyLock();
  options.clock = &clock_;
  options.random = &random_;
  options.disk_reserve_bytes = 1 << 20;
  node.store = Must(NodeStore::Open(options));
  node.once = Must(OnceStore::Open(folder + "/once", &clock_, &random_));
  node.identity = Must(node::Identity::Open(folder, random_));
  node.book = Must(node::GovernanceBook::Open(folder, node.store.get(), node.identity.get(), &clock_));
  node.round_keys = Must(RoundKeys::Open(folder + "/round_keys", &random_));
  const node::Home home(folder + "/once", node.store->DeriveKey("home"));
  Must(node::NoticeRestore(*node.store, *node.once, *node.round_keys, *node.identity, *node.book, clock_,
                           homes ? &home : nullptr));
  node.watch = Must(node::LogWatch::Open(node.once.get(), node.identity.get(), &clock_));
  node.keys = std::make_unique<node::KeyAgent>(node::KeyAgent::Rooms{
      node.round_keys.get(), node.identity.get(), node.book.get(), node.watch.get(), &clock_, false});
  node.close = std::make_unique<node::CloseAgent>(node::CloseAgent::Rooms{node.store.get(), node.once.get(),
                                                                          node.identity.get(), node.book.get(),
                                                                          node.watch.get(), &clock_, &random_, false});
  node.answers = std::make_unique<node::AnswerAgent>(node::AnswerAgent::Rooms{
      node.once.get(), node.round_keys.get(), node.identity.get(), node.book.get(), node.watch.get(), &clock_});
  node.certificates.reset(new node::CertificateKeeper({folder, node.identity.get(), &clock_}));
  node.sync = std::make_unique<node::SyncAgent>(node::SyncAgent::Rooms{
      node.store.get(), node.once.get(), node.identity.get(), node.book.get(), node.close.get(), node.watch.get(),
      node.keys.get(), node.answers.get(), node.certificates.get(), &clock_, absl::Minutes(15), false, false,
      [this, at = &node - nodes_.data()](auto&) { return std::make_shared<LyingLink>(this, static_cast<int>(at)); }});
  Must(node.answers->Resume());
  Must(node.store->SetCatalogues(node.book->Counted()));
}

void LyingFederation::Found() {
  fed::Roster& roster = *roster_.mutable_roster();
  roster.set_roster("india");
  roster.set_epoch(1);
  roster.mutable_expire_time()->set_seconds(absl::ToUnixSeconds(clock_.Now() + absl::Hours(24 * 300)));
  roster.set_federation_key(std::string(AsText(key_.public_key())));
  for (const LiarNode& node : nodes_) {
    fed::Collective& collective = *roster.add_collectives();
    collective.set_id(node.id);
    collective.set_title(node.id);
    collective.set_state("assam");
    collective.set_run_by(node.id);
    collective.set_signing_key(std::string(AsText(node.identity->key().public_key())));
    collective.set_certificate_fingerprint(std::string(AsText(Sha256(node.id))));
  }
  const std::string canonical = Must(model::CanonicalRoster(roster));
  fed::SignedCatalogue offered;
  *offered.mutable_catalogue() = SummedCatalogue();
  const std::string catalogue = Must(model::CanonicalCatalogue(offered.catalogue()));
  for (const LiarNode& node : nodes_) {
    const SigningKey& key = node.identity->key();
    fed::RosterSignature& signature = *roster_.add_signatures();
    signature.set_collective(node.id);
    signature.set_signature(std::string(AsText(key.Sign(model::kRosterLabel, canonical))));
    fed::CollectiveSignature& yes = *offered.add_signatures();
    yes.set_collective(node.id);
    yes.set_signature(std::string(AsText(key.Sign(model::kCatalogueLabel, catalogue))));
  }
  for (int place = 0; place < n(); ++place) {
    LiarNode& here = node(place);
    Must(here.book->TakeOffers(roster_, {offered}));
    Must(here.book->AcceptCatalogue(1, AsText(Sha256(catalogue)), "tokens/test").status());
    Must(here.book->TakeOffers(roster_, {offered}));
    Must(here.store->SetCatalogues(here.book->Counted()));
    LyingLink link(this, place);
    Must(here.watch->Follow(link));
    Must(here.keys->Publish(link));
  }
  for (const LiarNode& here : nodes_) Must(here.store->AwaitRebuilt(absl::Seconds(60)));
}

void LyingFederation::AppendLog(fed::LogEntry entry) {
  entry.set_number(static_cast<int64_t>(log_.size()) + 1);
  log_.push_back(std::move(entry));
}

node::LogPage LyingFederation::Log(int place, int64_t after) const {
  const auto other = other_logs.find(place);
  const std::vector<fed::LogEntry>& log = other == other_logs.end() ? log_ : other->second;
  node::LogPage page;
  if (static_cast<size_t>(after) < log.size())
    page.entries.assign(log.begin() + static_cast<std::ptrdiff_t>(after), log.end());
  std::vector<std::string> leaves;
  for (const fed::LogEntry& entry : log) leaves.push_back(Must(privacy::LeafOf(entry)));
  page.head.set_roster("india");
  page.head.set_size(static_cast<int64_t>(log.size()));
  page.head.set_head(std::string(AsText(privacy::LogHead(leaves))));
  page.head_signature =
      std::string(AsText(key_.Sign(privacy::kLogHeadLabel, Must(model::CanonicalMessage(page.head)))));
  return page;
}

void LyingFederation::AddMember(int place) {
  using storage::node::WriteKind;
  store::v1::MemberRecord record;
  record.set_birth_year(1995);
  record.set_gender("woman");
  record.set_exploitation_type("forced_labour");
  record.set_enrolment_quarter(model::PeriodText(kLiarQuarter));
  store::v1::ConsentRecord consent;
  consent.set_purpose(2);
  consent.set_decision(1);
  consent.set_decision_day(kLiarQuarter.first_day());
  consent.set_notice_version("1");
  consent.set_language("hi");
  store::v1::ServiceRecord service;
  service.set_domain("health");
  service.set_type("health_check");
  service.set_stage(4);
  service.set_received_day(kLiarQuarter.last_day());
  const model::Id member = model::RandomId(random_);
  storage::node::RecordsChange change;
  change.actor = "tokens/test";
  change.writes.push_back({WriteKind::kCreate, {model::RecordKind::kMember, member, member}, 0, record});
  change.writes.push_back(
      {WriteKind::kCreate, {model::RecordKind::kConsent, member, model::RandomId(random_)}, 0, consent});
  change.writes.push_back(
      {WriteKind::kCreate, {model::RecordKind::kService, member, model::RandomId(random_)}, 0, service});
  Must(node(place).store->SubmitAndWait(std::move(change)).status());
}

void LyingFederation::Announce(int told) {
  clock_.Advance(kLiarQuarter.end() - clock_.Now() + absl::Hours(1));
  for (const LiarNode& here : nodes_) {
    const auto key = Must(here.round_keys->Find(kLiarQuarter));
    colluders_keys.push_back(key->Clone());
    Must(here.store->SetCatalogues(here.book->Counted()));
    Must(here.store->AwaitRebuilt(absl::Seconds(60)));
  }
  const auto catalogue = Must(node(0).book->CatalogueFor(kLiarQuarter));
  const privacy::PublishedKeys keys = privacy::KeysAfter(log_, roster(), kLiarQuarter);
  descriptor_ = Must(privacy::MakeDescriptor(roster(), *catalogue, kLiarQuarter, keys));
  for (int place = 0; place < told; ++place) Must(Notice(place, Truth()));
  ground_ = Must(node::GroundOf(Must(node(0).once->GetRound(kLiarQuarter)), *node(0).book));
}

fed::Round LyingFederation::Truth() const {
  fed::Round round;
  *round.mutable_round_descriptor() = descriptor_;
  const std::string canonical = Must(privacy::CanonicalDescriptor(descriptor_));
  round.set_descriptor_signature(std::string(AsText(key_.Sign(privacy::kDescriptorLabel, canonical))));
  round.set_state(fed::ROUND_STATE_ANNOUNCED);
  return round;
}

absl::Status LyingFederation::Notice(int place, const fed::Round& round) {
  LiarNode& here = node(place);
  LyingLink link(this, place);
  RETURN_IF_ERROR(here.watch->Follow(link));
  const node::LogEntries log = here.watch->entries();
  ASSIGN_OR_RETURN(
      const storage::node::RoundEntry entry,
      node::CheckAnnounced(round, *here.book, {*log, here.watch->SizeAt(kLiarQuarter.end())}, key_.public_key()));
  return here.once->Announce(entry);
}

void LyingFederation::Contribute(int place) {
  LiarNode& here = node(place);
  Must(here.close->Close(kLiarQuarter, "tokens/test").status());
  const node::Preview seen = Must(here.close->Look(kLiarQuarter));
  const auto entry = Must(here.close->Approve(kLiarQuarter, AsText(seen.entry.proposal_digest), "tokens/test"));
  contributions_[place] = entry.contribution;
  Must(here.once->MarkSent(kLiarQuarter, "receipt"));
}

void LyingFederation::ContributeAll() {
  for (int place = 0; place < n(); ++place) Contribute(place);
}

fed::Round LyingFederation::Frozen(const std::vector<int>& places) const {
  fed::Round round = Truth();
  round.set_state(fed::ROUND_STATE_FROZEN);
  round.mutable_freeze()->set_round_id(std::string(AsText(ground_->round_id)));
  for (const int place : places) {
    fed::FrozenContribution& each = *round.mutable_freeze()->add_contributions();
    each.set_collective(nodes_[static_cast<size_t>(place)].id);
    each.set_digest(std::string(AsText(node::NameOfContribution(*ground_, contributions_.at(place)))));
  }
  return SignFreeze(std::move(round));
}

fed::Round LyingFederation::SignFreeze(fed::Round round) const {
  const std::string canonical = Must(model::CanonicalFreeze(round.freeze()));
  round.set_freeze_signature(std::string(AsText(key_.Sign(model::kFreezeLabel, canonical))));
  return round;
}

fed::Round LyingFederation::Voided() const {
  fed::Round round = Truth();
  round.set_state(fed::ROUND_STATE_VOID);
  fed::Void word;
  word.set_round_id(std::string(AsText(ground_->round_id)));
  word.set_period(model::PeriodText(kLiarQuarter));
  round.set_void_signature(std::string(AsText(key_.Sign(model::kVoidLabel, Must(model::CanonicalVoid(word))))));
  return round;
}

absl::Status LyingFederation::Contact(int place, Told told) {
  told_[place] = std::move(told);
  return node(place).sync->SyncNow().status();
}

absl::Status LyingFederation::Show(int place, const fed::Round& round) {
  LiarNode& here = node(place);
  LyingLink link(this, place);
  link.ShowSharesOf(round);
  RETURN_IF_ERROR(here.watch->Follow(link));
  ASSIGN_OR_RETURN(const storage::node::RoundEntry entry, here.once->GetRound(kLiarQuarter));
  return here.answers->Step(link, round, entry);
}

absl::StatusOr<bool> LyingFederation::ShowRelease(int place, const fed::Round& round,
                                                  const fed::NationalRelease& release) {
  LiarNode& here = node(place);
  LyingLink link(this, place);
  ASSIGN_OR_RETURN(const storage::node::RoundEntry entry, here.once->GetRound(kLiarQuarter));
  RETURN_IF_ERROR(node::CheckRelease(release, round, key_.public_key()));
  return here.answers->CheckSum(link, round, entry, release);
}

fed::NationalRelease LyingFederation::Release(const fed::Round& round, fed::ReleaseState state,
                                              const std::vector<int64_t>& sums) const {
  fed::NationalRelease release;
  release.set_name("rosters/india/releases/2027Q1");
  release.set_number(1);
  release.set_round_id(round.freeze().round_id());
  release.set_freeze_digest(std::string(AsText(Must(node::FreezeDigest(round.freeze())))));
  release.set_state(state);
  *release.mutable_round_descriptor() = round.round_descriptor();
  for (const int64_t sum : sums) release.add_sums(sum);
  for (const auto& each : round.freeze().contributions()) release.add_contributors(each.collective());
  release.set_signature(std::string(AsText(key_.Sign(model::kReleaseLabel, Must(model::CanonicalRelease(release))))));
  return release;
}

void LyingFederation::Reopen(int place) { Open(node(place)); }

void LyingFederation::SaveImage(int place, const std::string& to) {
  LiarNode& here = node(place);
  here.Close();
  std::filesystem::remove_all(to);
  std::filesystem::copy(here.folder->path(), to, std::filesystem::copy_options::recursive);
  Open(here);
}

void LyingFederation::RestoreImage(int place, const std::string& from, Image image) {
  LiarNode& here = node(place);
  here.Close();
  for (const auto& each : std::filesystem::directory_iterator(here.folder->path()))
    std::filesystem::remove_all(each.path());
  std::filesystem::copy(from, here.folder->path(), std::filesystem::copy_options::recursive);
  for (const char* locks : {"once", "round_keys"}) {
    if (image == Image::kWithoutLocks) std::filesystem::remove_all(*here.folder / locks);
  }
  Open(here);
}

std::optional<privacy::PlacedAnswer> LyingFederation::WordsOf(int place, const fed::Round& frozen) const {
  const auto sent = answers_.find(place);
  if (sent == answers_.end()) return std::nullopt;
  const Digest freeze = Must(node::FreezeDigest(frozen.freeze()));
  for (const std::string& bytes : sent->second) {
    const auto answer =
        privacy::ParseAnswer(bytes, ground_->round_id, freeze,
                             ground_->holders->signing_keys[static_cast<size_t>(place)], ground_->holders->cells);
    if (answer.ok()) return privacy::PlacedAnswer{place, answer->words};
  }
  return std::nullopt;
}

privacy::PlacedAnswer LyingFederation::ColludersWords(int place, const fed::Round& frozen) const {
  const privacy::Holders& holders = *ground_->holders;
  std::vector<privacy::ShareVector> shares;
  for (const auto& each : frozen.freeze().contributions()) {
    const int dealer = *model::PlaceInRoster(roster(), each.collective());
    const auto contribution = Must(privacy::ParseSummed(contributions_.at(dealer), holders, dealer));
    auto opened =
        Must(privacy::OpenShare(contribution.head, holders, place, contribution.sealed[static_cast<size_t>(place)],
                                colluders_keys[static_cast<size_t>(place)]));
    AANGAN_CHECK(opened.share.has_value());
    shares.push_back(*std::move(opened.share));
  }
  return {place, privacy::SumShares(shares, std::vector<bool>(holders.cells, false))};
}

std::vector<int64_t> LyingFederation::VectorOf(int place) {
  const auto entry = Must(node(place).once->GetRound(kLiarQuarter));
  return Must(privacy::ProtectedVector::Decode(entry.protected_vector)).values();
}

std::vector<storage::node::AlarmKind> LyingFederation::AlarmsOf(int place) {
  std::vector<storage::node::AlarmKind> kinds;
  for (const storage::node::Alarm& alarm : Must(node(place).once->Alarms())) kinds.push_back(alarm.kind);
  return kinds;
}

std::vector<int> AllBut(int n, const std::vector<int>& without) {
  std::vector<int> places;
  for (int place = 0; place < n; ++place) {
    if (std::find(without.begin(), without.end(), place) == without.end()) places.push_back(place);
  }
  return places;
}

}  // namespace aangan::tests
