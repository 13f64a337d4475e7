// SPDX-License-Identifier: Apache-2.0
// aangan sync, verify, accuracy, status: how the node is, and what wants attention.
#include "aangan/node/v1/operator.grpc.pb.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/status.h"
#include "client/command/accuracy_table.h"
#include "client/command/advice.h"
#include "client/command/commands.h"
#include "client/command/words.h"

namespace aangan::client {
namespace {

using node::v1::OperatorService;

constexpr absl::Duration kVerifyDeadline = absl::Seconds(30);

absl::StatusOr<int> Sync(const Session& session) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kOperator));
  const auto stub = OperatorService::NewStub(channel->grpc());
  ASSIGN_OR_RETURN(const node::v1::SyncNowResponse done,
                   channel->Call(stub.get(), &OperatorService::Stub::SyncNow, node::v1::SyncNowRequest()));
  Table table{{"release", "stage"}, {}};
  for (const node::v1::Release& each : done.changed_releases())
    table.rows.push_back({each.name(), WordOf(node::v1::ReleaseStage_descriptor(), each.stage())});
  if (!table.rows.empty() || !session.for_people()) session.output().Print(table);
  session.output().Say("The federation was reached.");
  return kExitOk;
}

absl::StatusOr<int> Verify(const Session& session) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kOperator));
  const auto stub = OperatorService::NewStub(channel->grpc());
  ASSIGN_OR_RETURN(
      const node::v1::VerifyStoreResponse found,
      channel->Call(stub.get(), &OperatorService::Stub::VerifyStore, node::v1::VerifyStoreRequest(), kVerifyDeadline));
  session.output().PrintObject(
      {{"records", "cells", "tally_sets", "audit_entries", "ledger_entries"},
       {{found.records(), found.cells(), int64_t{found.tally_sets()}, found.audit_entries(), found.ledger_entries()}}});
  session.output().Say("Counted again from the records: every number is the same, and both chains hold.");
  return kExitOk;
}

absl::StatusOr<int> Accuracy(const Session& session, int version) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kOperator));
  const auto stub = OperatorService::NewStub(channel->grpc());
  node::v1::EstimateAccuracyRequest request;
  request.set_catalogue_version(version);
  ASSIGN_OR_RETURN(const node::v1::EstimateAccuracyResponse found,
                   channel->Call(stub.get(), &OperatorService::Stub::EstimateAccuracy, request));
  session.output().Print(AccuracyTable(found));
  session.output().Say(
      "When all collectives contribute: mean_error is how far a figure is off on average; times_curator compares it "
      "with "
      "somebody who is trusted with every member of all of them and adds noise once.");
  session.output().Say(FloorSentence(found));
  session.output().Say(absl::StrFormat(
      "Catalogue %d: a quarter costs %d, a fourth quarter %d of %d nano-rho in any four periods (epsilon %d.%03d at "
      "delta 1e-6).",
      found.catalogue_version(), found.quarter_charge_nano_rho(), found.fourth_quarter_charge_nano_rho(),
      found.cap_nano_rho(), found.epsilon_thousandths() / 1000, found.epsilon_thousandths() % 1000));
  return kExitOk;
}

absl::StatusOr<int> RestoreDay(const Session& session, const std::string& later) {
  node::v1::ConfirmRestoreRequest request;
  if (!later.empty()) {
    ASSIGN_OR_RETURN(*request.mutable_day(), ParseDay(later, "--later"));
  }
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kOperator));
  const auto stub = OperatorService::NewStub(channel->grpc());
  ASSIGN_OR_RETURN(const node::v1::ConfirmRestoreResponse done,
                   channel->Call(stub.get(), &OperatorService::Stub::ConfirmRestore, request));
  session.output().PrintObject(
      {{"restore_time", "first_period"}, {{TimeValue(true, done.restore_time()), done.first_period()}}});
  session.output().Say(absl::StrCat("Confirmed. This node takes part again from ", done.first_period(), " on."));
  return kExitOk;
}

const char* SentenceOf(node::v1::AlarmKind kind) {
  switch (kind) {
    case node::v1::ALARM_KIND_LOG_FORK:
      return "the federation shows one log here and another to others";
    case node::v1::ALARM_KIND_LOG_ROLLBACK:
      return "the federation's log is shorter than it was, or than others saw it";
    case node::v1::ALARM_KIND_BAD_DESCRIPTOR:
      return "an announced round is not what this node computes; it took no part";
    case node::v1::ALARM_KIND_BAD_FREEZE:
      return "a freeze broke a rule; nothing was answered";
    case node::v1::ALARM_KIND_CONTRIBUTION_MISSING:
      return "a freeze lacks this collective's contribution, for which there is a receipt; nothing was answered";
    case node::v1::ALARM_KIND_ANSWER_MISSING:
      return "the published answers lack this node's";
    case node::v1::ALARM_KIND_WRONG_SUM:
      return "the published figures are not what the answers say";
    case node::v1::ALARM_KIND_DISPUTED:
      return "answers disagree and nobody can be named; the figures are withdrawn";
    case node::v1::ALARM_KIND_SECOND_FREEZE:
      return "another freeze of a round was shown after the first was answered; it was not answered";
    case node::v1::ALARM_KIND_BAD_VOID:
      return "a round was called void when it can not be; its key was kept";
    case node::v1::ALARM_KIND_SPOILT_TABLE:
      return "a table holds a sum that no counts can give, so somebody contributed no count; it is in no figure";
    case node::v1::ALARM_KIND_RELEASE_WITHHELD:
      return "enough answered long ago and no figures are served: aangan answers export, and add them up yourselves";
    case node::v1::ALARM_KIND_OWN_TWIN:
      return "a contribution or an answer is in this collective's name that this node did not make, or the federation "
             "saw two that one node does not make: a copy of this node speaks, or it was set back";
    case node::v1::ALARM_KIND_TWIN:
      return "two nodes speak in the name of this collective: one is a copy, or was set back; call them";
    default:
      return "something that this program is too old to name";
  }
}

const char* SentenceOfCount(int things) {
  if (things == 0) return "All is well.";
  return things == 1 ? "One thing needs you." : things == 2 ? "Two things need you." : "Several things need you.";
}

absl::StatusOr<int> Status(const Session& session) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kOperator));
  const auto stub = OperatorService::NewStub(channel->grpc());
  ASSIGN_OR_RETURN(const node::v1::GetStatusResponse status,
                   channel->Call(stub.get(), &OperatorService::Stub::GetStatus, node::v1::GetStatusRequest()));
  std::string attentions;
  if (session.for_people()) session.output().Say(SentenceOfCount(status.attentions_size()));
  for (const int each : status.attentions()) {
    const Advice& advice = AdviceFor(each);
    if (session.for_people()) session.output().Say(absl::StrCat("  ", advice.what, ": ", advice.fix));
    absl::StrAppend(&attentions, attentions.empty() ? "" : " ", WordOf(node::v1::Attention_descriptor(), each));
  }
  if (session.for_people() && status.has_restore_time() && !status.restore_confirmed())
    session.output().Say("  Nobody has confirmed the day of the restore (restore_time): aangan restore-day");
  std::string alarms;
  for (const node::v1::Alarm& alarm : status.alarms()) {
    const std::string about = alarm.period().empty() ? "" : absl::StrCat(alarm.period(), ": ");
    if (session.for_people()) session.output().Say(absl::StrCat("  ALARM ", about, SentenceOf(alarm.kind())));
    absl::StrAppend(&alarms, alarms.empty() ? "" : " ", about, WordOf(node::v1::AlarmKind_descriptor(), alarm.kind()));
  }
  session.output().PrintObject(
      {{"attentions",
        "roster",
        "collective",
        "node_id",
        "fingerprint_phrase",
        "version",
        "last_contact_time",
        "disk_free_bytes",
        "durable_sequence",
        "catalogue_version",
        "roster_epoch",
        "budget_left_nano_rho",
        "certificate_expire_time",
        "certificate_days_left",
        "own_clock_time",
        "federation_clock_time",
        "rebuilding",
        "alarms",
        "restore_time",
        "restore_confirmed",
        "log_size",
        "log_phrase"},
       {{session.for_people() ? Value() : Value(attentions),
         TextOrNothing(status.roster()),
         TextOrNothing(status.collective()),
         status.node_id(),
         status.fingerprint_phrase(),
         status.version(),
         TimeValue(status.has_last_contact_time(), status.last_contact_time()),
         status.disk_free_bytes(),
         status.durable_sequence(),
         int64_t{status.catalogue_version()},
         int64_t{status.roster_epoch()},
         status.budget_left_nano_rho(),
         TimeValue(status.has_certificate_expire_time(), status.certificate_expire_time()),
         status.has_certificate_days_left() ? Value(int64_t{status.certificate_days_left()}) : Value(),
         TimeValue(status.has_own_clock_time(), status.own_clock_time()),
         TimeValue(status.has_federation_clock_time(), status.federation_clock_time()),
         status.rebuilding(),
         session.for_people() ? Value() : Value(alarms),
         TimeValue(status.has_restore_time(), status.restore_time()),
         status.has_restore_time() ? Value(status.restore_confirmed()) : Value(),
         status.log_size(),
         status.log_phrase()}}});
  return kExitOk;
}

}  // namespace

void AddOperate(CLI::App& app, Session& session) {
  CLI::App* sync = AddCommand(app, "sync", "Talk to the federation now", "aangan sync");
  sync->callback([&session] { session.run = [&session] { return Sync(session); }; });
  CLI::App* verify = AddCommand(app, "verify", "Count everything again from the records and compare", "aangan verify");
  verify->callback([&session] { session.run = [&session] { return Verify(session); }; });
  CLI::App* restore_day = AddCommand(app, "restore-day", "Confirm the day of a restore, or move it to a later one",
                                     "aangan restore-day --later 2026-12-01");
  auto later = std::make_shared<std::string>();
  restore_day->add_option("--later", *later, "last day on which this node, or its copy, may have been at work");
  restore_day->callback([&session, later] { session.run = [&session, later] { return RestoreDay(session, *later); }; });
  CLI::App* accuracy =
      AddCommand(app, "accuracy", "Show the expected error of each table", "aangan accuracy --catalogue 1");
  auto version = std::make_shared<int>(0);
  accuracy->add_option("--catalogue", *version, "version of a catalogue; none means the newest");
  accuracy->callback(
      [&session, version] { session.run = [&session, version] { return Accuracy(session, *version); }; });
}

void AddStatus(CLI::App& app, Session& session) {
  CLI::App* status = AddCommand(app, "status", "Say what wants attention and how the node is", "aangan status");
  status->callback([&session] { session.run = [&session] { return Status(session); }; });
}

}  // namespace aangan::client
