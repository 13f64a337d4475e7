// SPDX-License-Identifier: Apache-2.0
// aangan.node.v1.RightsService: check, ask the store, translate.
#include "server/node/rights_rpc.h"

#include <utility>

#include "base/canonical.h"
#include "base/digest.h"
#include "base/problem.h"
#include "base/status.h"
#include "model/retention.h"
#include "server/node/convert.h"
#include "server/node/read_note.h"
#include "server/node/request_rules.h"
#include "storage/node/seals.h"

namespace aangan::node {
namespace {

using storage::node::Action;
using storage::node::Found;
using storage::node::RecordsChange;
using storage::node::WriteKind;

constexpr int kYearsAheadMax = 50;
constexpr char kList[] = "sealedMembers";

v1::SealedMember SealedMessage(const Found& found) {
  const auto& state = std::get<store::v1::SealedStateRecord>(found.record);
  v1::SealedMember sealed;
  sealed.set_name(model::RecordNameText(found.name));
  *sealed.mutable_until_date() = DateFromDay(state.until_day());
  sealed.set_reason(static_cast<v1::LegalReason>(state.reason()));
  sealed.set_sealed_by(state.sealed_by());
  *sealed.mutable_create_time() = TimestampFromMicros(state.create_time_us());
  return sealed;
}

// `standing`: the date that stands, or kNoDay.
absl::StatusOr<model::Day> UntilDay(const v1::SealMemberRequest& request, model::Day today, model::Day standing) {
  Problem problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "Some fields are not right; see details.");
  const google::type::Date& date = request.until_date();
  const absl::StatusOr<model::Day> day = model::DayFromCivil({date.year(), date.month(), date.day()}, "until_date");
  if (!day.ok() || *day < today || *day > model::YearsAfter(today, kYearsAheadMax))
    problem.Field("until_date", "must be a day from today on, at most 50 years ahead");
  else if (standing != model::kNoDay && *day < standing)
    problem.Field("until_date", "must not be before the date that stands; unseal her to shorten it");
  if (!v1::LegalReason_IsValid(request.reason()) || request.reason() == v1::LEGAL_REASON_UNSPECIFIED)
    problem.Field("reason", "must be one of the legal reasons");
  if (problem.has_fields()) return problem.ToStatus();
  return *day;
}

// The yes is for the seal as it stands: who allowed to open the shorter time did not allow to open the longer one, nor
// the next seal.
PermitNeed UnsealNeed(const v1::UnsealMemberRequest& request, const store::v1::SealedStateRecord& state) {
  PermitNeed need = NeedOf(v1::PERMIT_KIND_UNSEAL, request.name(), request);
  need.request_digest = Sha256({"aangan/v1/unseal", AsText(need.request_digest), Deterministic(state)});
  return need;
}

}  // namespace

std::map<std::string, server::Handler> RightsRpc::Handlers() {
  return {{"SealMember", server::Handle(this, &RightsRpc::SealMember)},
          {"UnsealMember", server::Handle(this, &RightsRpc::UnsealMember)},
          {"ListSealedMembers", server::Handle(this, &RightsRpc::ListSealedMembers)}};
}

absl::StatusOr<v1::SealedMember> RightsRpc::SealMember(const server::Call& call, const v1::SealMemberRequest& request) {
  ASSIGN_OR_RETURN(const model::RecordName member, NameFor(call, model::RecordKind::kMember, request.name(), "name"));
  const model::RecordName name = storage::node::SealedStateName(member.member);
  const absl::StatusOr<Found> standing = rooms_.store->Get(name);
  if (!standing.ok() && !absl::IsNotFound(standing.status())) return standing.status();
  store::v1::SealedStateRecord state;
  if (standing.ok()) state = std::get<store::v1::SealedStateRecord>(standing->record);
  const uint64_t version = state.version();
  ASSIGN_OR_RETURN(const model::Day until, UntilDay(request, model::DayInIndia(rooms_.clock->Now()),
                                                    standing.ok() ? state.until_day() : model::kNoDay));
  state.set_until_day(until);
  state.set_reason(request.reason());
  state.set_sealed_by(call.caller().id);
  RecordsChange change;
  change.actor = ActorOf(call);
  change.action = Action::kSealed;
  change.past_seal = standing.ok();
  change.writes.push_back({standing.ok() ? WriteKind::kUpdate : WriteKind::kCreate, name, version, std::move(state)});
  RETURN_IF_ERROR(rooms_.store->SubmitAndWait(std::move(change)).status());
  ASSIGN_OR_RETURN(const Found found, rooms_.store->Get(name));
  return SealedMessage(found);
}

absl::StatusOr<google::protobuf::Empty> RightsRpc::UnsealMember(const server::Call& call,
                                                                const v1::UnsealMemberRequest& request) {
  ASSIGN_OR_RETURN(const model::RecordName member, NameFor(call, model::RecordKind::kMember, request.name(), "name"));
  const model::RecordName name = storage::node::SealedStateName(member.member);
  ASSIGN_OR_RETURN(const Found found, rooms_.store->Get(name));
  const auto& state = std::get<store::v1::SealedStateRecord>(found.record);
  RETURN_IF_ERROR(permits_->Use(UnsealNeed(request, state), call, request.permit()));
  RecordsChange change;
  change.actor = ActorOf(call);
  change.action = Action::kUnsealed;
  change.past_seal = true;
  change.writes.push_back({WriteKind::kDelete, name, state.version(), {}});
  RETURN_IF_ERROR(rooms_.store->SubmitAndWait(std::move(change)).status());
  return google::protobuf::Empty();
}

void RightsRpc::ListSealedMembers(server::CallPtr call, v1::ListSealedMembersRequest request,
                                  server::Done<v1::ListSealedMembersResponse> done) {
  OrFail(done, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const Page page,
                     PageOf(*rooms_.page_tokens, *call, kList, request.page_size(), request.page_token()));
    return ShowRecords<v1::ListSealedMembersResponse>(
        rooms_.store, *rooms_.page_tokens, *call, {model::RecordKind::kSealedState, {}, kList}, page,
        [](v1::ListSealedMembersResponse& response, const Found& found) {
          *response.add_sealed_members() = SealedMessage(found);
        },
        done);
  });
}

}  // namespace aangan::node
