// SPDX-License-Identifier: Apache-2.0
// aangan doctor: everything that can be looked at, with what to do. See doctor.h.
#include "client/command/doctor.h"

#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "client/command/build_info.h"
#include "client/command/commands.h"
#include "client/command/doctor_sight.h"

namespace aangan::client {
namespace {

absl::StatusOr<int> Doctor(const Session& session, const std::string& what, const std::string& config) {
  const Findings findings = Examine(session, what, config);
  int faults = 0, warnings = 0, skipped = 0, unseen = 0;
  for (const Finding& finding : findings) {
    faults += finding.verdict == Verdict::kFail ? 1 : 0;
    warnings += finding.verdict == Verdict::kWarn ? 1 : 0;
    skipped += finding.verdict == Verdict::kSkip ? 1 : 0;
    unseen += finding.what == kMayNotLook ? 1 : 0;
  }
  if (session.for_people()) {
    Table table{{"check", "verdict", "what"}, {}};
    for (const Finding& finding : findings) {
      if (finding.verdict != Verdict::kSkip)
        table.rows.push_back({finding.check, std::string(WordOf(finding.verdict)), finding.what});
    }
    session.output().Print(table);
    for (const Finding& finding : findings) {
      if (finding.verdict != Verdict::kFail && finding.verdict != Verdict::kWarn) continue;
      session.output().Say(
          absl::StrCat("\n", finding.check, ": ", finding.what, ".\n  ", finding.why, "\n  Do: ", finding.fix));
    }
  } else {
    session.output().Print(TableOf(findings));
  }
  session.output().Say(absl::StrCat(findings.size(), " checks: ", faults, " failed, ", warnings, " to look at, ",
                                    skipped, " skipped (--output json says why)."));
  if (unseen > 0) session.output().Say(absl::StrCat(unseen, " of the checks were skipped, because ", kMayNotLook, "."));
  return faults > 0 ? kExitFailed : kExitOk;
}

}  // namespace

Finding Skipped(const Finding& finding, std::string what) {
  return {finding.check, Verdict::kSkip, std::move(what), finding.why, ""};
}

const char* WordOf(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPass:
      return "pass";
    case Verdict::kWarn:
      return "warn";
    case Verdict::kFail:
      return "fail";
    case Verdict::kSkip:
      return "skip";
  }
  return "";
}

Table TableOf(const Findings& findings) {
  Table table{{"check", "verdict", "what", "why", "fix"}, {}};
  for (const Finding& finding : findings) {
    const bool good = finding.verdict == Verdict::kPass || finding.verdict == Verdict::kSkip;
    table.rows.push_back({finding.check, std::string(WordOf(finding.verdict)), finding.what, finding.why,
                          good ? std::string() : finding.fix});
  }
  return table;
}

Findings Examine(const Session& session, const std::string& what, const std::string& config) {
  Patient patient;
  patient.what = what;
  patient.folder = what == "node" ? session.node_folder() : session.federation_folder();
  patient.disk = DiskOf(patient.folder);
  patient.settings_file = config.empty() ? absl::StrCat("/etc/aangan/", what, ".toml") : config;
  if (absl::StatusOr<SettingsInForce> settings = AskSettings(what, config); settings.ok())
    patient.settings = *std::move(settings);
  else
    patient.settings.fault = "the program is not there";
  patient.health = AskHealth(session, what);
  if (patient.health == Health::kHidden)
    patient.health = Health::kAway;  // each check says by itself that it may not look
  patient.now = SystemClock().Now();
  patient.built_seconds = BuildTimeSeconds();
  Findings findings;
  CheckProgram(patient, &findings);
  CheckFolder(patient, &findings);
  CheckCertificates(patient, &findings);
  CheckMachine(patient, &findings);
  if (what == "node") CheckAnswers(session, patient, &findings);
  // What is broken first, then what to look at, then what is well.
  std::stable_sort(findings.begin(), findings.end(), [](const Finding& one, const Finding& other) {
    const auto rank = [](Verdict verdict) {
      return verdict == Verdict::kFail ? 0 : verdict == Verdict::kWarn ? 1 : verdict == Verdict::kPass ? 2 : 3;
    };
    return rank(one.verdict) < rank(other.verdict);
  });
  return findings;
}

void AddDoctor(CLI::App& app, Session& session) {
  CLI::App* doctor = AddCommand(app, "doctor", "Look for what is wrong, and say why it matters and what to do",
                                "aangan doctor node --output json");
  auto what = std::make_shared<std::string>("node");
  auto config = std::make_shared<std::string>();
  doctor->add_option("what", *what, "node or federation")
      ->check(CLI::IsMember({"node", "federation"}))
      ->capture_default_str();
  doctor->add_option("--config", *config, "configuration, by default /etc/aangan/node.toml or federation.toml");
  doctor->callback(
      [&session, what, config] { session.run = [&session, what, config] { return Doctor(session, *what, *config); }; });
}

}  // namespace aangan::client
