// SPDX-License-Identifier: Apache-2.0
// aangan.node.v1.RightsService: check, ask the store, translate.
#include "server/node/rights_rpc.h"

#include <utility>

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
constexpr absl::Duration kSecondYesWithin = absl::Hours(24 * 7);
constexpr char kList[] = "sealedMembers";

v1::SealedMember SealedMessage(const Found& found) {
  const auto& state = std::get<store::v1::SealedStateRecord>(found.record);
  v1::SealedMember sealed;
  sealed.set_name(model::RecordNameText(found.name));
  *sealed.mutable_until_date() = DateFromDay(state.until_day());
  sealed.set_reason(static_cast<v1::LegalReason>(state.reason()));
  sealed.set_sealed_by(state.sealed_by());
  sealed.set_unseal_asked_by(state.unseal_asked_by());
  if (state.unseal_asked_time_us() != 0)
    *sealed.mutable_unseal_asked_time() = TimestampFromMicros(state.unseal_asked_time_us());
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
  state.clear_unseal_asked_by();  // that yes was for the time before
  state.clear_unseal_asked_time_us();
  RecordsChange change;
  change.actor = ActorOf(call);
  change.action = Action::kSealed;
  change.past_seal = standing.ok();
  change.writes.push_back({standing.ok() ? WriteKind::kUpdate : WriteKind::kCreate, name, version, std::move(state)});
  RETURN_IF_ERROR(rooms_.store->SubmitAndWait(std::move(change)).status());
  ASSIGN_OR_RETURN(const Found found, rooms_.store->Get(name));
  return SealedMessage(found);
}

absl::StatusOr<v1::UnsealMemberResponse> RightsRpc::UnsealMember(const server::Call& call,
                                                                 const v1::UnsealMemberRequest& request) {
  ASSIGN_OR_RETURN(const model::RecordName member, NameFor(call, model::RecordKind::kMember, request.name(), "name"));
  const model::RecordName name = storage::node::SealedStateName(member.member);
  ASSIGN_OR_RETURN(Found found, rooms_.store->Get(name));
  auto& state = std::get<store::v1::SealedStateRecord>(found.record);
  const absl::Time now = rooms_.clock->Now();
  const bool asked =
      !state.unseal_asked_by().empty() && now < absl::FromUnixMicros(state.unseal_asked_time_us()) + kSecondYesWithin;
  v1::UnsealMemberResponse response;
  if (asked && state.unseal_asked_by() == call.caller().id) {  // one person's yes stays one
    *response.mutable_sealed_member() = SealedMessage(found);
    return response;
  }
  RecordsChange change;
  change.actor = ActorOf(call);
  change.past_seal = true;
  if (asked) {
    change.action = Action::kUnsealed;
    change.writes.push_back({WriteKind::kDelete, name, state.version(), {}});
  } else {
    change.action = Action::kUnsealAsked;
    const uint64_t version = state.version();
    state.set_unseal_asked_by(call.caller().id);
    state.set_unseal_asked_time_us(absl::ToUnixMicros(now));
    change.writes.push_back({WriteKind::kUpdate, name, version, state});
  }
  RETURN_IF_ERROR(rooms_.store->SubmitAndWait(std::move(change)).status());
  response.set_unsealed(asked);
  if (!asked) *response.mutable_sealed_member() = SealedMessage(found);
  return response;
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
