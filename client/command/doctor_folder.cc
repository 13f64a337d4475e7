// SPDX-License-Identifier: Apache-2.0
// Checks of the data folder: who owns it, who can read it, whether what opens the records is there. See doctor.h.
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/command/doctor.h"
#include "client/command/doctor_sight.h"

namespace aangan::client {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kOthers = S_IRWXG | S_IRWXO;

bool Look(const std::string& path, struct stat* found) { return lstat(path.c_str(), found) == 0; }

// The databases make and take away files all the time.
bool IsDatabase(const fs::path& path) { return path.filename() == "main" || path.filename() == "store"; }

// Why a look at the data folder failed, by errno.
const char* WhyNot() { return errno == EACCES ? kMayNotLook : "there is no data folder"; }

bool IsSecret(const std::string& name) {
  return absl::StrContains(name, "key") || absl::EndsWith(name, "token") || absl::StartsWith(name, "membership");
}

Finding Folder(const Patient& patient) {
  Finding finding{"data_folder", Verdict::kPass, "the data folder is there", "Everything that is recorded lies in it.",
                  "name the right folder with --data or --federation, or make one: aangan init"};
  struct stat found {};
  const bool there = stat(patient.folder.c_str(), &found) == 0;
  if (!there && errno == EACCES) return Skipped(finding, kMayNotLook);
  if (there && S_ISDIR(found.st_mode)) return finding;
  finding.verdict = Verdict::kFail;
  finding.what = "the data folder is not there";
  return finding;
}

Finding FolderMode(const Patient& patient) {
  Finding finding{"data_folder_mode", Verdict::kPass, "only its owner can look into the data folder",
                  "Other users of this computer could take the tokens and copy the files.",
                  "chmod 0700 on the data folder: aangan paths names it"};
  struct stat found {};
  if (!Look(patient.folder, &found)) return Skipped(finding, WhyNot());
  if ((found.st_mode & kOthers) != 0) {
    finding.verdict = Verdict::kFail;
    finding.what = "other users can look into the data folder";
  }
  return finding;
}

Finding FolderOwner(const Patient& patient) {
  Finding finding{"data_folder_owner", Verdict::kPass, "the data folder and its files are one user's",
                  "After a start as another user the program can not read or change its own files.",
                  "stop it, then chown -R to the user that the program runs as: aangan paths names the folder"};
  struct stat folder {};
  if (!Look(patient.folder, &folder)) return Skipped(finding, WhyNot());
  int others = 0;
  const bool whole = WalkFolder(patient.folder, [&](const fs::path&, const struct stat& found) {
    if (found.st_uid != folder.st_uid) ++others;
    return true;
  });
  if (others > 0) {
    finding.verdict = Verdict::kFail;
    finding.what = absl::StrCat(others, others == 1 ? " file is another user's" : " files are another user's");
    return finding;
  }
  return whole ? finding : Skipped(finding, kMayNotLook);
}

Finding SecretFiles(const Patient& patient) {
  Finding finding{"secret_files", Verdict::kPass, "only their owner can read keys and tokens",
                  "Who can read a key or a token can do what its owner can; the program refuses such a file.",
                  "chmod 0600 on the keys and tokens in the data folder, then make other tokens: aangan token rotate"};
  int open = 0;
  const bool whole = WalkFolder(patient.folder, [&](const fs::path& path, const struct stat& found) {
    if (S_ISREG(found.st_mode) && IsSecret(path.filename()) && (found.st_mode & kOthers) != 0) ++open;
    return !IsDatabase(path);
  });
  if (open > 0) {  // not which: somebody may have named a file after a person
    finding.verdict = Verdict::kFail;
    finding.what = absl::StrCat("others can read ", open, open == 1 ? " key or token" : " keys and tokens");
    return finding;
  }
  return whole ? finding : Skipped(finding, kMayNotLook);
}

Finding MasterKey(const Patient& patient) {
  Finding finding{"master_key", Verdict::kPass, "the key of the records is there",
                  "Without it nobody can open the records, whatever passphrase there is.",
                  "put the copy back from the stick where it is kept: aangan restore --from ... --keys-from ..."};
  const Sight records = SightOf(absl::StrCat(patient.folder, "/main"), F_OK);
  if (records == Sight::kForbidden) return Skipped(finding, kMayNotLook);
  if (records == Sight::kAbsent) return Skipped(finding, "there are no records yet");
  if (SightOf(absl::StrCat(patient.folder, "/master_key"), F_OK) != Sight::kThere) {
    finding.verdict = Verdict::kFail;
    finding.what = "there are records and no key that opens them";
  }
  return finding;
}

Finding Leftovers(const Patient& patient) {
  Finding finding{"leftovers", Verdict::kPass, "nothing is left over from a step that was broken off",
                  "A key or a token may lie in what was left.",
                  "start the program once, which finishes or takes away what it began; what stays then can be deleted"};
  int left = 0;
  // One that is being written now is younger.
  const time_t before = absl::ToTimeT(patient.now - absl::Hours(1));
  const bool whole = WalkFolder(patient.folder, [&](const fs::path& path, const struct stat& found) {
    if (S_ISREG(found.st_mode) && path.extension() == ".new" && found.st_mtime < before) ++left;
    return !IsDatabase(path);
  });
  struct stat found {};
  if (Look(absl::StrCat(patient.folder, ".restoring"), &found)) {
    ++left;
    finding.fix = "begin the restore again, which takes the half one away: aangan restore";
  }
  if (left > 0) {
    finding.verdict = Verdict::kWarn;
    finding.what = absl::StrCat(left, left == 1 ? " thing is" : " things are", " left over");
    return finding;
  }
  return whole ? finding : Skipped(finding, kMayNotLook);
}

Finding KeyFile(const Patient& patient) {
  Finding finding{"key_file", Verdict::kPass, "", "The key file opens the records without a passphrase.", ""};
  const std::string path = patient.settings.Text("node.key_file");
  if (!patient.settings.fault.empty()) return Skipped(finding, "the settings are not known");
  if (path.empty()) return Skipped(finding, "a passphrase opens this node, no key file");
  struct stat found {};
  if (stat(path.c_str(), &found) != 0) {
    if (errno == EACCES) return Skipped(finding, kMayNotLook);
    finding.verdict = Verdict::kFail;
    finding.what = "the key file is not there";
    finding.fix = "put in the stick that it lies on, or take a passphrase: node.key_file in the configuration";
  } else if ((found.st_mode & kOthers) != 0) {
    finding.verdict = Verdict::kFail;
    finding.what = "others can read the key file";
    finding.fix = "chmod 0600 on the key file; on a stick without modes mount it with umask=077";
  } else if (absl::StartsWith(path, absl::StrCat(patient.folder, "/"))) {
    finding.verdict = Verdict::kWarn;
    finding.what = "the key file lies in the data folder";
    finding.fix = "move it to a stick that goes home with you: who takes the folder takes both";
  } else {
    finding.what = "the key file is there, and its owner alone can read it";
  }
  return finding;
}

}  // namespace

void CheckFolder(const Patient& patient, Findings* findings) {
  for (Finding (*check)(const Patient&) : {Folder, FolderMode, FolderOwner, SecretFiles, Leftovers})
    findings->push_back(check(patient));
  if (patient.what != "node") return;
  findings->push_back(MasterKey(patient));
  findings->push_back(KeyFile(patient));
}

}  // namespace aangan::client
