// SPDX-License-Identifier: Apache-2.0
// Permits: the second person's yes.
#include "server/node/permit_book.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/canonical.h"
#include "base/problem.h"
#include "base/status.h"
#include "model/names.h"
#include "server/node/request_rules.h"

namespace aangan::node {
namespace {

using storage::node::Action;
using storage::node::NoteChange;

constexpr absl::string_view kPrefix = "permit/";
constexpr size_t kTextBytesMax = 256;
constexpr uint8_t kFormat = 1;
constexpr absl::Duration kOverStays = absl::Hours(24 * 30);

std::string NameOf(const PermitRecord& permit) { return absl::StrCat("permits/", permit.id); }
std::string KeyOf(const PermitRecord& permit) { return absl::StrCat(kPrefix, permit.id); }

std::string Encode(const PermitRecord& permit) {
  CanonicalWriter writer;
  writer.U8(kFormat).Bytes(permit.id).U8(static_cast<uint8_t>(permit.need.kind)).Bytes(permit.need.subject);
  writer.Fixed(permit.need.request_digest).Bytes(permit.asked_by).Bytes(permit.approved_by);
  writer.I64(permit.create_time_us).I64(permit.expire_time_us).U8(permit.used ? 1 : 0);
  return std::move(writer).Take();
}

absl::StatusOr<PermitRecord> Decode(absl::string_view bytes) {
  CanonicalReader reader(bytes);
  PermitRecord permit;
  ASSIGN_OR_RETURN(const uint8_t format, reader.U8());
  ASSIGN_OR_RETURN(const absl::string_view id, reader.Bytes(kTextBytesMax));
  ASSIGN_OR_RETURN(const uint8_t kind, reader.U8());
  ASSIGN_OR_RETURN(const absl::string_view subject, reader.Bytes(kTextBytesMax));
  RETURN_IF_ERROR(reader.Fixed(absl::MakeSpan(permit.need.request_digest)));
  ASSIGN_OR_RETURN(const absl::string_view asked_by, reader.Bytes(kTextBytesMax));
  ASSIGN_OR_RETURN(const absl::string_view approved_by, reader.Bytes(kTextBytesMax));
  ASSIGN_OR_RETURN(permit.create_time_us, reader.I64());
  ASSIGN_OR_RETURN(permit.expire_time_us, reader.I64());
  ASSIGN_OR_RETURN(const uint8_t used, reader.U8());
  RETURN_IF_ERROR(reader.End());
  if (format != kFormat || !v1::PermitKind_IsValid(kind) || used > 1)
    return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged, "A stored permit is damaged.");
  permit.id = std::string(id);
  permit.need.kind = static_cast<v1::PermitKind>(kind);
  permit.need.subject = std::string(subject);
  permit.asked_by = std::string(asked_by);
  permit.approved_by = std::string(approved_by);
  permit.used = used == 1;
  return permit;
}

bool IsSame(const PermitNeed& a, const PermitNeed& b) {
  return a.kind == b.kind && a.subject == b.subject && a.request_digest == b.request_digest;
}

absl::Status Needed(const PermitNeed& need) {
  return Problem(absl::StatusCode::kPermissionDenied, Reason::kPermitNeeded,
                 "A second person has to say yes to this first. Ask for a permit with the kind, subject and digest of "
                 "the details, and send its name with the same request.")
      .Name("kind", v1::PermitKind_Name(need.kind))
      .Name("subject", need.subject)
      .Name("digest", ToHex(need.request_digest));
}

}  // namespace

PermitNeed NeedOf(v1::PermitKind kind, std::string subject, const google::protobuf::Message& request) {
  const std::unique_ptr<google::protobuf::Message> content(request.New());
  content->CopyFrom(request);
  for (const char* name : {"permit", "request_id"}) {
    const auto* field = content->GetDescriptor()->FindFieldByName(name);
    if (field != nullptr) content->GetReflection()->ClearField(content.get(), field);
  }
  const Digest digest = Sha256({"aangan/v1/permit", request.GetDescriptor()->full_name(), Deterministic(*content)});
  return {kind, std::move(subject), digest};
}

absl::StatusOr<std::unique_ptr<PermitBook>> PermitBook::Open(storage::node::NodeStore* store, const TokenBook* tokens,
                                                             const Clock* clock, RandomSource* random) {
  std::unique_ptr<PermitBook> book(new PermitBook(store, tokens, clock, random));
  RETURN_IF_ERROR(book->Load());
  return book;
}

absl::Status PermitBook::Load() {
  ASSIGN_OR_RETURN(const auto stored, store_->ListSettings(kPrefix, "", kPermitsMax));
  absl::MutexLock lock(&mutex_);
  for (const auto& [key, value] : stored) {
    ASSIGN_OR_RETURN(PermitRecord permit, Decode(value));
    std::string name = NameOf(permit);
    permits_.emplace(std::move(name), std::move(permit));
  }
  return absl::OkStatus();
}

absl::Status PermitBook::Store(Action action, const PermitRecord& permit, const std::string& actor) {
  return store_->SubmitAndWait(NoteChange{action, actor, NameOf(permit), KeyOf(permit), Encode(permit)}).status();
}

absl::StatusOr<PermitRecord> PermitBook::Find(const std::string& name) const {
  absl::MutexLock lock(&mutex_);
  const auto found = permits_.find(name);
  if (found == permits_.end())
    return Problem(absl::StatusCode::kNotFound, Reason::kNotFound, "There is no such permit.").ToStatus();
  return found->second;
}

bool PermitBook::Counts(absl::string_view actor) const {
  return absl::ConsumePrefix(&actor, "tokens/") && tokens_->Find(std::string(actor)).ok();
}

absl::StatusOr<PermitRecord> PermitBook::Ask(const PermitNeed& need, const std::string& actor) {
  const absl::Time now = clock_->Now();
  PermitRecord permit{model::IdText(model::RandomId(*random_)), need, actor, "", absl::ToUnixMicros(now)};
  permit.expire_time_us = absl::ToUnixMicros(now + kPermitLife);
  absl::MutexLock writing(&writing_);
  {
    absl::MutexLock lock(&mutex_);
    const auto waiting = std::count_if(permits_.begin(), permits_.end(), [&](const auto& each) {
      return each.second.asked_by == actor && StateOf(each.second) == v1::PERMIT_STATE_ASKED;
    });
    if (permits_.size() >= kPermitsMax || waiting >= kPermitsWaitingMax)
      return Problem(absl::StatusCode::kResourceExhausted, Reason::kTooMany, "Too many permits. Wait until some end.");
  }
  RETURN_IF_ERROR(Store(Action::kPermitCreated, permit, actor));
  absl::MutexLock lock(&mutex_);
  permits_[NameOf(permit)] = permit;
  return permit;
}

absl::StatusOr<PermitRecord> PermitBook::Approve(const std::string& name, const std::string& actor) {
  absl::MutexLock writing(&writing_);
  ASSIGN_OR_RETURN(PermitRecord permit, Find(name));
  if (permit.asked_by == actor) {
    return Problem(absl::StatusCode::kPermissionDenied, Reason::kNotAllowed,
                   "Whoever asks does not say yes to herself. A second person has to.");
  }
  if (!Counts(actor)) {  // ended since this call came in
    return Problem(absl::StatusCode::kPermissionDenied, Reason::kNotAllowed, "This token was ended.");
  }
  if (StateOf(permit) != v1::PERMIT_STATE_ASKED) {
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState,
                   "This permit does not wait for a yes: it has one, was used, or its time is over.");
  }
  permit.approved_by = actor;
  RETURN_IF_ERROR(Store(Action::kPermitApproved, permit, actor));
  absl::MutexLock lock(&mutex_);
  permits_[name] = permit;
  return permit;
}

absl::Status PermitBook::Use(const PermitNeed& need, const server::Call& call, absl::string_view permit_name) {
  if (permit_name.empty()) return Needed(need);
  const std::string name(permit_name);
  absl::MutexLock writing(&writing_);
  const absl::StatusOr<PermitRecord> found = Find(name);
  if (!found.ok() || found->asked_by != ActorOf(call) || !IsSame(found->need, need) ||
      StateOf(*found) != v1::PERMIT_STATE_APPROVED || !Counts(found->approved_by))
    return Needed(need);
  PermitRecord permit = *found;
  permit.used = true;
  RETURN_IF_ERROR(Store(Action::kPermitUsed, permit, ActorOf(call)));
  absl::MutexLock lock(&mutex_);
  permits_[name] = permit;
  return absl::OkStatus();
}

absl::Status PermitBook::Withdraw(const std::string& approved_by, const std::string& actor) {
  absl::MutexLock writing(&writing_);
  {
    absl::MutexLock lock(&mutex_);  // all are over at once; the store follows
    for (auto& [name, permit] : permits_) {
      if (permit.approved_by != approved_by || StateOf(permit) != v1::PERMIT_STATE_APPROVED) continue;
      permit.expire_time_us = absl::ToUnixMicros(clock_->Now());
      withdrawn_[name] = actor;
    }
  }
  return StoreWithdrawn();
}

absl::Status PermitBook::StoreWithdrawn() {
  std::map<std::string, std::string> withdrawn;
  {
    absl::MutexLock lock(&mutex_);
    withdrawn = withdrawn_;
  }
  for (const auto& [name, actor] : withdrawn) {
    ASSIGN_OR_RETURN(const PermitRecord permit, Find(name));
    RETURN_IF_ERROR(Store(Action::kAccessEnded, permit, actor));
    absl::MutexLock lock(&mutex_);
    withdrawn_.erase(name);
  }
  return absl::OkStatus();
}

v1::PermitState PermitBook::StateOf(const PermitRecord& permit) const {
  if (permit.used) return v1::PERMIT_STATE_USED;
  if (absl::ToUnixMicros(clock_->Now()) >= permit.expire_time_us) return v1::PERMIT_STATE_EXPIRED;
  return permit.approved_by.empty() ? v1::PERMIT_STATE_ASKED : v1::PERMIT_STATE_APPROVED;
}

bool PermitBook::HasWaiting() const {
  absl::MutexLock lock(&mutex_);
  return std::any_of(permits_.begin(), permits_.end(),
                     [&](const auto& each) { return StateOf(each.second) == v1::PERMIT_STATE_ASKED; });
}

std::vector<PermitRecord> PermitBook::List(const std::string& asked_by, const std::string& after, size_t limit) const {
  absl::MutexLock lock(&mutex_);
  std::vector<PermitRecord> listed;
  for (auto each = permits_.upper_bound(after); each != permits_.end() && listed.size() < limit; ++each) {
    if (asked_by.empty() || each->second.asked_by == asked_by) listed.push_back(each->second);
  }
  return listed;
}

absl::Status PermitBook::Tend() {
  {
    absl::MutexLock writing(&writing_);
    RETURN_IF_ERROR(StoreWithdrawn());
  }
  const int64_t long_ago_us = absl::ToUnixMicros(clock_->Now() - kOverStays);
  for (const PermitRecord& permit : List("", "", kPermitsMax)) {
    if (permit.expire_time_us > long_ago_us) continue;
    absl::MutexLock writing(&writing_);
    RETURN_IF_ERROR(
        store_->SubmitAndWait(NoteChange{Action::kAccessEnded, "node", NameOf(permit), KeyOf(permit), ""}).status());
    absl::MutexLock lock(&mutex_);
    permits_.erase(NameOf(permit));
  }
  return absl::OkStatus();
}

}  // namespace aangan::node
