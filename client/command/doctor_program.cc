// SPDX-License-Identifier: Apache-2.0
// Checks of the program: its settings, whether it runs, whether its port is free. See doctor.h.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "client/command/doctor.h"
#include "client/command/doctor_sight.h"

namespace aangan::client {

bool MayNotAsk(const Patient& patient) {
  if (patient.health != Health::kAway) return false;
  const std::vector<std::string> of_node = {"ports", "tls/authority.pem"};
  const std::vector<std::string> of_federation = {"ports", "staff/authority.pem", "staff/certificate.pem",
                                                  "staff/key.pem", "staff/token"};
  for (const std::string& file : patient.what == "node" ? of_node : of_federation) {
    if (SightOf(absl::StrCat(patient.folder, "/", file), R_OK) == Sight::kForbidden) return true;
  }
  return false;
}

namespace {

Finding Settings(const Patient& patient) {
  Finding finding{"settings", Verdict::kPass, "the settings are valid",
                  "With a setting that it does not know the program does not start.",
                  absl::StrCat("put right what this shows: aangan config check ", patient.what)};
  if (!patient.settings.fault.empty()) {
    if (SightOf(patient.settings_file, R_OK) == Sight::kForbidden) return Skipped(finding, kMayNotLook);
    finding.verdict = Verdict::kFail;
    finding.what = "the settings are not valid";  // what they say may hold what somebody typed
  }
  return finding;
}

Finding SettingsMode(const Patient& patient) {
  Finding finding{"settings_mode", Verdict::kPass, "only its owner can change the configuration",
                  "Who can change the configuration decides what leaves this computer, and which key file counts.",
                  "chmod go-w on the configuration: aangan paths names it"};
  struct stat found {};
  if (stat(patient.settings_file.c_str(), &found) != 0)
    return Skipped(finding, errno == EACCES ? kMayNotLook : "there is no configuration file");
  if ((found.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    finding.verdict = Verdict::kFail;
    finding.what = "other users can change the configuration";
  }
  return finding;
}

Finding Running(const Patient& patient) {
  Finding finding{"running", Verdict::kPass, "it runs and serves",
                  "While it does not run nobody can record or look up.",
                  absl::StrCat("aangan serve ", patient.what, "; with systemd: systemctl start aangan-", patient.what)};
  if (MayNotAsk(patient)) return Skipped(finding, kMayNotLook);
  switch (patient.health) {
    case Health::kServing:
      break;
    case Health::kLocked:
      finding.what = "it runs, and waits to be opened";
      break;
    case Health::kNotServing:
      finding.verdict = Verdict::kWarn;
      finding.what = "it runs, and does not serve";
      finding.fix = "it is beginning or ending: ask again in a minute with aangan health";
      break;
    case Health::kAway:
    case Health::kHidden:
      finding.verdict = Verdict::kFail;
      finding.what = "it does not answer";
      break;
  }
  return finding;
}

Finding Unlocked(const Patient& patient) {
  Finding finding{"unlocked", Verdict::kPass, "it is open",
                  "A locked node reads nothing, sends nothing, answers nothing.", "aangan unlock"};
  if (MayNotAsk(patient)) return Skipped(finding, kMayNotLook);
  if (patient.health == Health::kAway) return Skipped(finding, "it does not run");
  if (patient.health == Health::kLocked) {
    finding.verdict = Verdict::kFail;
    finding.what = "it is locked";
  }
  return finding;
}

// The file is made when the ports are open and stays when the program is killed.
Finding PortsFile(const Patient& patient) {
  Finding finding{"ports_file", Verdict::kPass, "the file that says where it listens fits",
                  "The command and apps on this computer find it by that file.",
                  absl::StrCat("start it again, which writes the file anew: aangan serve ", patient.what)};
  const Sight sight = SightOf(absl::StrCat(patient.folder, "/ports"), R_OK);
  if (sight == Sight::kForbidden || MayNotAsk(patient)) return Skipped(finding, kMayNotLook);
  const bool there = sight == Sight::kThere;
  if (there && patient.health == Health::kAway) {
    finding.verdict = Verdict::kWarn;
    finding.what = "the file is of a program that did not end by itself";
  } else if (!there && patient.health == Health::kServing) {
    finding.verdict = Verdict::kFail;
    finding.what = "it runs, and the file is not there";
  }
  return finding;
}

// IPv4 alone: another family, or a name, is left to the program itself.
Finding Port(const Patient& patient) {
  Finding finding{"port", Verdict::kPass, "its port is free", "With its port taken the program does not start.",
                  "end the program that listens there (ss -ltnp names it), or set another port in the configuration"};
  if (MayNotAsk(patient)) return Skipped(finding, kMayNotLook);
  if (patient.health != Health::kAway) return Skipped(finding, "it has its port");
  const std::string listen = patient.settings.Text(absl::StrCat(patient.what, ".listen"));
  const size_t colon = listen.rfind(':');
  sockaddr_in address{};
  address.sin_family = AF_INET;
  uint32_t port = 0;
  if (colon == std::string::npos || inet_pton(AF_INET, listen.substr(0, colon).c_str(), &address.sin_addr) != 1 ||
      !absl::SimpleAtoi(listen.substr(colon + 1), &port))
    return Skipped(finding, "its address is no IPv4 address with a port");
  address.sin_port = htons(static_cast<uint16_t>(port));
  const int trial = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  setsockopt(trial, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));  // as the program does
  if (bind(trial, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    finding.verdict = Verdict::kFail;
    finding.what = errno == EADDRINUSE ? "another program has its port" : "its address is not one of this computer's";
  }
  close(trial);
  return finding;
}

Finding Unit(const Patient& patient) {
  Finding finding{"starts_by_itself", Verdict::kPass, "systemd starts it with the computer",
                  "After a power cut it would stay away until somebody notices.",
                  absl::StrCat("systemctl enable --now aangan-", patient.what)};
  if (access(absl::StrCat(patient.run, "/systemd/system").c_str(), F_OK) != 0)
    return Skipped(finding, "systemd does not run here");
  const std::string wanted =
      absl::StrCat(patient.etc, "/systemd/system/multi-user.target.wants/aangan-", patient.what, ".service");
  struct stat found {};
  if (lstat(wanted.c_str(), &found) != 0) {
    finding.verdict = Verdict::kWarn;
    finding.what = "systemd does not start it with the computer";
  }
  return finding;
}

}  // namespace

void CheckProgram(const Patient& patient, Findings* findings) {
  for (Finding (*check)(const Patient&) : {Settings, SettingsMode, Running, PortsFile, Port, Unit})
    findings->push_back(check(patient));
  if (patient.what == "node") findings->push_back(Unlocked(patient));
}

}  // namespace aangan::client
