// SPDX-License-Identifier: Apache-2.0
// aangan sync, verify, accuracy, status: how the node is, and what wants attention.
#include "aangan/node/v1/operator.grpc.pb.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/status.h"
#include "client/command/accuracy_table.h"
#include "client/command/commands.h"
#include "client/command/words.h"

namespace aangan::client {
namespace {

using node::v1::Attention;
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

// What it means, and the command that helps.
const char* SentenceOf(Attention attention) {
  switch (attention) {
    case node::v1::ATTENTION_SIGN_ROSTER:
      return "A roster waits for this collective's signature: aangan roster show";
    case node::v1::ATTENTION_ACCEPT_CATALOGUE:
      return "A catalogue waits for this collective's word: aangan catalogue list";
    case node::v1::ATTENTION_CLOSE_QUARTER:
      return "A quarter has ended and can be closed: aangan release list";
    case node::v1::ATTENTION_APPROVE_RELEASE:
      return "A release waits for approval: aangan release list, then aangan preview";
    case node::v1::ATTENTION_NO_LINK:
      return "The federation can not be reached. Records are safe here; it is tried again by itself: aangan sync";
    case node::v1::ATTENTION_ENROL:
      return "This node has not joined a federation: aangan enrol";
    case node::v1::ATTENTION_DISK_FULL:
      return "The disk is nearly full and writes are refused: free some space";
    case node::v1::ATTENTION_CERTIFICATE:
      return "The certificate ends within 30 days, or has ended (certificate_days_left): ask the federation's staff "
             "for a token for new keys, then aangan change-keys";
    case node::v1::ATTENTION_CERTIFICATE_REVOKED:
      return "The federation's staff revoked this node's certificate, and nothing goes there: call them, ask for a "
             "token for new keys, then aangan change-keys";
    case node::v1::ATTENTION_CERTIFICATE_REPLACED:
      return "The federation does not know this node's certificate any more. If there is a copy of this node "
             "somewhere, stop it; then call the staff, ask for a token for new keys, then aangan change-keys";
    case node::v1::ATTENTION_CERTIFICATE_NOT_RENEWED:
      return "The certificate should have been renewed, and the last try went wrong; it is tried again by itself until "
             "it ends (certificate_days_left). The node's log says why";
    case node::v1::ATTENTION_CLOCK:
      return "This machine's clock and the federation's disagree (own_clock_time, federation_clock_time). Look at a "
             "watch, then set the clock that is wrong: timedatectl set-ntp true; aangan sync says more";
    case node::v1::ATTENTION_BUDGET:
      return "The privacy budget does not allow the next round: aangan accuracy";
    case node::v1::ATTENTION_DAMAGED:
      return "The stored data is damaged: stop the node, copy the folder, see docs/OPERATING.md";
    case node::v1::ATTENTION_ALARM:
      return "Something happened that must not: read the alarms below, and call the other collectives";
    case node::v1::ATTENTION_TWIN:
      return "Something signs in this collective's name beside this node: look whether a copy of it runs somewhere, or "
             "an old disk was put back, and stop that one; then call the federation: docs/OPERATING.md, Twins";
    case node::v1::ATTENTION_RECOVERY:
      return "The key of this node is in one place alone, or nobody has tried its parts for a year: aangan recovery";
    case node::v1::ATTENTION_RESTORED:
      return "This node was restored: it takes no part in the quarters that had begun, and goes on with the next";
    case node::v1::ATTENTION_BREAK_GLASS:
      return "A caseworker opened a sensitive domain in an emergency: aangan grant list, then aangan grant acknowledge";
    case node::v1::ATTENTION_PERMIT_WAITS:
      return "Something waits for a second person's yes: aangan permit list";
    case node::v1::ATTENTION_RETENTION_DUE:
      return "Members are due to be erased by your own rule: aangan retention report";
    case node::v1::ATTENTION_GRIEVANCE_DUE:
      return "A complaint was not answered in time: aangan grievance list";
    case node::v1::ATTENTION_BACKUP_OLD:
      return "There is no backup of the last seven days: aangan backup --to ... --keys-to ... --label ...";
    default:
      return "Something wants attention that this program is too old to name";
  }
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
    if (session.for_people()) session.output().Say(absl::StrCat("  ", SentenceOf(static_cast<Attention>(each))));
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
