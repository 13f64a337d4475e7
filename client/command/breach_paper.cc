// SPDX-License-Identifier: Apache-2.0
// The papers of a breach: see breach_paper.h.
#include "client/command/breach_paper.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/command/output.h"
#include "client/command/words.h"

namespace aangan::client {
namespace {

using google::protobuf::Timestamp;
using node::v1::ExposedCount;
using node::v1::ExposedMember;

std::string TimeText(bool is_set, const Timestamp& time, const char* otherwise) {
  const Value value = TimeValue(is_set, time);
  const std::string* const text = std::get_if<std::string>(&value);
  return text == nullptr ? otherwise : *text;
}

std::string KindText(node::v1::ExposedKind kind) {
  switch (kind) {
    case node::v1::EXPOSED_KIND_MEMBER:
      return "her record: name, contact, address, notes";
    case node::v1::EXPOSED_KIND_CONSENT:
      return "consents";
    case node::v1::EXPOSED_KIND_SERVICE:
      return "services, with notes";
    case node::v1::EXPOSED_KIND_ASSESSMENT:
      return "assessments, with notes";
    case node::v1::EXPOSED_KIND_GRIEVANCE:
      return "grievances";
    case node::v1::EXPOSED_KIND_SUMMARY:
      return "her whole summary";
    case node::v1::EXPOSED_KIND_AUDIT:
      return "who read her record";
    case node::v1::EXPOSED_KIND_SEALED_STATE:
      return "that she is sealed";
    default:
      return "something else";
  }
}

std::string Members(int64_t count) { return absl::StrCat(GroupedNumber(count), count == 1 ? " member" : " members"); }

std::string SpanText(const LostToken& lost) {
  if (lost.from.empty() && lost.until.empty()) return "in all the time that the log covers";
  return absl::StrCat(lost.from.empty() ? "" : absl::StrCat("from ", lost.from),
                      lost.from.empty() || lost.until.empty() ? "" : " ",
                      lost.until.empty() ? "" : absl::StrCat("until ", lost.until));
}

// What its role opens beyond what was asked for.
std::string ReachText(const LostToken& lost) {
  const std::string all = Members(lost.report.member_count());
  if (!lost.report.has_token()) {
    return absl::StrCat(
        "The token was ended, and the node does not know its role any more. If it was a caseworker's, it "
        "opened the records of all ",
        all, " who are not sealed.");
  }
  switch (lost.report.token().role()) {
    case node::v1::ROLE_CASEWORKER:
      return absl::StrCat("Its role opens the records of all ", all, " who are not sealed.");
    case node::v1::ROLE_MEMBER:
      return absl::StrCat("Its role opens the record of ", lost.report.token().member(), " alone.");
    case node::v1::ROLE_STEWARD:
      return absl::StrCat("Its role opens grievances and the audit log of all ", all,
                          ", no records; but it can make other tokens.");
    default:
      return "Its role opens no records.";
  }
}

std::vector<std::string> DutySteps() {
  return {
      "Tell each affected member herself, in her language, without delay, in a way that nobody else sees or hears: "
      "what was seen and when, what that can mean for her, what you have done, what she can do, and whom she can "
      "ask. First those whose address or contact could put them in danger. Note the day beside her line.",
      "Ask the collective's lawyer today which authorities have to be told, and by when. In India: the Data "
      "Protection Board without delay and in detail within 72 hours (Digital Personal Data Protection Act, 2023, "
      "section 8(6); its Rules of 2025, rule 7), and CERT-In within six hours for incidents that its directions of "
      "28 April 2022 list. Theft: the police, who need no member's name for it.",
      "Write on this paper what else is known, sign it, and keep it locked away. Delete the file that it was "
      "printed from."};
}

void Append(std::vector<std::string>& steps, std::vector<std::string> more) {
  steps.insert(steps.end(), more.begin(), more.end());
}

std::string HeadText(const node::v1::AuditHead& head) {
  return absl::StrCat(
      "Read from an audit log of ", GroupedNumber(head.entries()), " entries whose chain holds, on ",
      TimeText(head.has_time(), head.time(), "an unknown day"), " (UTC, as all times here). Its head: ", head.phrase(),
      ". 'aangan audit verify --head' with this phrase says later whether the log still says the same.");
}

void AddToken(const LostToken& lost, Paper& paper) {
  const node::v1::ReportTokenExposureResponse& report = lost.report;
  PaperTable table{{"the token", ""}, {{"name", lost.token}}};
  if (report.has_token()) {
    const node::v1::Token& token = report.token();
    table.rows.push_back({"for", token.title()});
    table.rows.push_back({"role", WordOf(node::v1::Role_descriptor(), token.role())});
    table.rows.push_back({"made", TimeText(token.has_create_time(), token.create_time(), "")});
    table.rows.push_back({"ends", TimeText(token.has_expire_time(), token.expire_time(), "")});
    table.rows.push_back({"last shown (day)", DayText(token.last_used_date())});
  }
  table.rows.push_back(
      {"opens now", report.ended() ? "no, every call with it is refused" : "YES, it is not ended yet"});
  table.rows.push_back({"entries in this time", GroupedNumber(report.entries())});
  table.rows.push_back({"first of them", TimeText(report.has_first_time(), report.first_time(), "none")});
  table.rows.push_back({"last of them", TimeText(report.has_last_time(), report.last_time(), "none")});
  for (const node::v1::Grant& grant : report.grants()) {
    table.rows.push_back(
        {"sensitive domain open",
         absl::StrCat(grant.domain(), grant.member().empty() ? " of all members" : " of ", grant.member(), ", ",
                      TimeText(true, grant.create_time(), ""), " to ", TimeText(true, grant.expire_time(), ""))});
  }
  paper.Table(std::move(table));
}

void AddShown(const LostToken& lost, Paper& paper) {
  if (lost.report.counts().empty()) return;
  PaperTable table{{"kind of data", "members", "times shown", "times written"}, {}};
  for (const ExposedCount& each : lost.report.counts()) {
    table.rows.push_back({KindText(each.kind()), GroupedNumber(each.members()), GroupedNumber(each.shown()),
                          GroupedNumber(each.written())});
  }
  paper.Heading("What was shown to it, or written with it");
  paper.Table(std::move(table));
}

void AddActs(const LostToken& lost, Paper& paper) {
  if (lost.report.acts().empty()) return;
  PaperTable table{{"when", "what", "on what"}, {}};
  for (const node::v1::ExposedAct& each : lost.report.acts()) {
    table.rows.push_back(
        {TimeText(true, each.time(), ""), WordOf(node::v1::AuditAction_descriptor(), each.action()), each.resource()});
  }
  paper.Heading("What else it did");
  paper.Table(std::move(table));
  if (lost.report.acts_left_out() > 0)
    paper.Text(absl::StrCat("And ", GroupedNumber(lost.report.acts_left_out()), " more: aangan audit list --actor ",
                            lost.token));
}

void AddMembers(const LostToken& lost, Paper& paper) {
  if (lost.report.exposed_member_count() == 0) return;
  paper.Heading("Which members");
  if (lost.report.exposed_members().empty()) {
    paper.Text(
        "An operator is told how many, not which. The steward prints the list: the same command with --token-file "
        "and her token.");
    return;
  }
  if (lost.names.empty())
    paper.Text(
        "By number, as the log names them: a steward sees no names. A caseworker finds them with 'aangan members "
        "show', or give the same command --names-token-file with her token.");
  PaperTable table{{"member", "name", "what", "shown", "written", "first", "last", "told on, by"}, {}};
  for (const ExposedMember& each : lost.report.exposed_members()) {
    int64_t shown = 0, written = 0;
    for (const ExposedCount& count : each.counts()) {
      shown += count.shown();
      written += count.written();
    }
    const auto name = lost.names.find(each.member());
    std::string called = name == lost.names.end() ? "" : name->second;
    if (each.state() == node::v1::EXPOSED_MEMBER_STATE_SEALED) called = "(sealed)";
    if (each.state() == node::v1::EXPOSED_MEMBER_STATE_ERASED) called = "(erased since)";
    table.rows.push_back({each.member(), called, KindsOf(each), GroupedNumber(shown), GroupedNumber(written),
                          TimeText(true, each.first_time(), ""), TimeText(true, each.last_time(), ""), ""});
  }
  paper.Table(std::move(table));
}

std::string Openness(const node::v1::NodeExposure& exposure) {
  const std::string since = TimeText(exposure.has_openness_time(), exposure.openness_time(), "");
  switch (exposure.openness()) {
    case node::v1::NODE_OPENNESS_OPEN:
      return absl::StrCat("The node was open: it was opened at ", since,
                          ", and the log has no entry that it was locked or stopped. Unless its power was cut first, "
                          "whoever has the running computer may read everything. Reckon with it.");
    case node::v1::NODE_OPENNESS_CLOSED:
      return absl::StrCat("The node was closed: it was locked or stopped at ", since, " and not opened again before.");
    default:
      return "The log does not say whether the node was open at that time. Reckon with it that it was.";
  }
}

std::string OpenerText(node::v1::KeyOpener opener) {
  switch (opener) {
    case node::v1::KEY_OPENER_PASSPHRASE:
      return "Without its passphrase, or enough parts of its key, what lies on the disk opens no record, name or note. "
             "A "
             "short or known passphrase can be found by trying, so ask who knows it and where it is written down.";
    case node::v1::KEY_OPENER_KEY_FILE:
      return "A key file opens it. If the file, or the stick with it, was taken too, whoever has both has everything.";
    default:
      return "Nothing protects its key: whoever has the disk has everything.";
  }
}

void AddCopies(const StolenNode& stolen, Paper& paper) {
  paper.Heading("Copies of the key file that there may be");
  paper.Text(
      "Each opens with the passphrase or key file of the day on which it was made. With a backup it opens the "
      "records of then. Look for each of them now.");
  PaperTable table{{"copy", "place", "made", "overwritten", "found on, by"}, {}};
  for (const node::v1::KeyCopy& each : stolen.key_copies) {
    table.rows.push_back({each.name(), each.label(), TimeText(true, each.create_time(), ""),
                          TimeText(each.has_overwrite_time(), each.overwrite_time(), "no"), ""});
  }
  if (table.rows.empty()) table.rows.push_back({"none was made", "", "", "", ""});
  paper.Table(std::move(table));
  const auto newest = std::max_element(stolen.backups.begin(), stolen.backups.end(), [](const auto& a, const auto& b) {
    return a.create_time().seconds() < b.create_time().seconds();
  });
  paper.Text(newest == stolen.backups.end()
                 ? "No backup is known."
                 : absl::StrCat(stolen.backups.size(), " backups are known, the newest ", newest->name(), " of ",
                                TimeText(true, newest->create_time(), ""), "."));
  paper.Text(stolen.parts_made.empty() ? "The key was never split among people."
                                       : absl::StrCat("Parts of the key were made for people on ", stolen.parts_made,
                                                      ". Ask each of them whether the sheet is where it was."));
}

}  // namespace

std::string KindsOf(const ExposedMember& member) {
  return absl::StrJoin(member.counts(), ", ", [](std::string* out, const ExposedCount& each) {
    absl::StrAppend(out, each.kind() == node::v1::EXPOSED_KIND_UNSPECIFIED
                             ? "other"
                             : WordOf(node::v1::ExposedKind_descriptor(), each.kind()));
  });
}

Paper LostTokenPaper(const LostToken& lost) {
  const node::v1::ReportTokenExposureResponse& report = lost.report;
  Paper paper("A lost token: who is affected");
  paper.Text(
      report.exposed_member_count() == 0
          ? absl::StrCat("Nothing of any member was shown to this token, or written with it, ", SpanText(lost), ".")
          : absl::StrCat("Data of ", Members(report.exposed_member_count()),
                         " were shown to this token, or written with it, ", SpanText(lost), "."));
  paper.Text(ReachText(lost));
  if (report.audit_lists() > 0)
    paper.Text(absl::StrCat("It took the audit log, or a page of it, ", GroupedNumber(report.audit_lists()),
                            " times: which numbers of members were read or changed and when, no names."));
  AddToken(lost, paper);
  paper.Heading("Do now");
  std::vector<std::string> steps;
  steps.push_back(report.ended()
                      ? "The token is ended: done."
                      : absl::StrCat("End the token: aangan token end ", lost.token,
                                     " (steward). Then print this paper again, for what happened meanwhile."));
  steps.push_back("End every token and grant that it made (below), and make new ones for those who need them.");
  steps.push_back(
      "Was it the node's own computer, or did the lost one hold its passphrase, a key file or a part of its "
      "key? Then also: aangan breach computer --at TIME.");
  steps.push_back(
      "What the lost computer or telephone itself kept (downloads, photographs of the screen, paper, what an "
      "app keeps) is in no log. Ask the person who used it, and add it to this paper.");
  Append(steps, DutySteps());
  paper.Steps(std::move(steps));
  AddShown(lost, paper);
  AddActs(lost, paper);
  AddMembers(lost, paper);
  paper.Text(HeadText(report.head()));
  return paper;
}

Paper StolenNodePaper(const StolenNode& stolen) {
  const node::v1::NodeExposure& exposure = stolen.exposure;
  Paper paper("The node's computer was taken: what whoever has it has");
  paper.Text(Openness(exposure));
  paper.Text(OpenerText(exposure.key_opener()));
  paper.Text(absl::StrCat("Records of ", Members(exposure.member_count()), " and of ",
                          GroupedNumber(exposure.sealed_member_count()), " who are sealed lay on it."));
  paper.Table({{"", ""},
               {{"taken", TimeText(exposure.has_time(), exposure.time(), "")},
                {"last entry before", TimeText(exposure.has_last_entry_time(), exposure.last_entry_time(), "none")}}});
  paper.Heading("What lies on the disk");
  paper.Text(
      "In the clear, whatever is locked: that this collective keeps a node, its settings, the federation's roster, "
      "catalogue and figures, and the audit log: numbers of members and of tokens with actions and times, no names "
      "and no content. Tokens of the operator and the steward lie in files; they open nothing while the node is "
      "locked. So do the key that signs for this node and its keys for the quarters at hand: with them somebody could "
      "speak for it, and open the pieces that other collectives sealed to it, one of many that a count is cut "
      "into.");
  paper.Text(
      "Sealed, and opened by the key alone: every record, note, consent, service, assessment and grievance, and the "
      "exact counts. Beside the "
      "node's folder: whatever else was on the computer. No program knows that.");
  paper.Heading("Do now");
  std::vector<std::string> steps = {
      "Can it still be reached? Lock it at once: aangan lock, or cut its power.",
      "Look for every copy below and every sheet with a part of the key. Bring them to a safe place.",
      "Restore on another computer with the newest backup and key file: aangan restore. The old node's tokens do not "
      "open "
      "the new one. Change the passphrase there: aangan passphrase; then make new parts (aangan recovery split) and a "
      "new "
      "key file over each old one (aangan backup --keys-to).",
      "Tell the other collectives and the federation: the stolen node must not take part again. The federation takes "
      "its "
      "certificate out of the roster; the new one enrols with a new key (aangan change-keys).",
      "If it was open, or the passphrase may be known: every member whose record lay on it is affected."};
  Append(steps, DutySteps());
  paper.Steps(std::move(steps));
  AddCopies(stolen, paper);
  paper.Text(HeadText(exposure.head()));
  return paper;
}

}  // namespace aangan::client
