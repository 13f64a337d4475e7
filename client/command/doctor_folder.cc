// SPDX-License-Identifier: Apache-2.0
// Checks of the data folder: who owns it, who can read it, whether what opens the records is there. See doctor.h.
#include <sys/stat.h>

#include <filesystem>
#include <functional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/command/doctor.h"

namespace aangan::client {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kOthers = S_IRWXG | S_IRWXO;

bool Look(const std::string& path, struct stat* found) { return lstat(path.c_str(), found) == 0; }

// Every file and folder below, but the databases' own, which make and take away files all the time.
void Walk(const std::string& folder, const std::function<void(const fs::path&, const struct stat&)>& visit) {
  std::error_code error;
  for (fs::recursive_directory_iterator each(folder, fs::directory_options::skip_permission_denied, error), end;
       !error && each != end; each.increment(error)) {
    struct stat found {};
    if (!Look(each->path(), &found)) continue;
    const std::string name = each->path().filename();
    if (S_ISDIR(found.st_mode) && (name == "main" || name == "store")) each.disable_recursion_pending();
    visit(each->path(), found);
  }
}

bool IsSecret(const std::string& name) {
  return absl::StrContains(name, "key") || absl::EndsWith(name, "token") || absl::StartsWith(name, "membership");
}

Finding Folder(const Patient& patient) {
  Finding finding{"data_folder", Verdict::kPass, "the data folder is there", "Everything that is recorded lies in it.",
                  "name the right folder with --data or --federation, or make one: aangan init"};
  struct stat found {};
  if (stat(patient.folder.c_str(), &found) == 0 && S_ISDIR(found.st_mode)) return finding;
  finding.verdict = Verdict::kFail;
  finding.what = "the data folder is not there, or may not be looked at";
  return finding;
}

Finding FolderMode(const Patient& patient) {
  Finding finding{"data_folder_mode", Verdict::kPass, "only its owner can look into the data folder",
                  "Other users of this computer could take the tokens and copy the files.",
                  "chmod 0700 on the data folder: aangan paths names it"};
  struct stat found {};
  if (!Look(patient.folder, &found)) return Skipped(finding, "there is no data folder");
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
  if (!Look(patient.folder, &folder)) return Skipped(finding, "there is no data folder");
  int others = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator each(patient.folder, fs::directory_options::skip_permission_denied, error), end;
       !error && each != end; each.increment(error)) {
    struct stat found {};
    if (Look(each->path(), &found) && found.st_uid != folder.st_uid) ++others;
  }
  if (others > 0) {
    finding.verdict = Verdict::kFail;
    finding.what = absl::StrCat(others, others == 1 ? " file is another user's" : " files are another user's");
  }
  return finding;
}

Finding SecretFiles(const Patient& patient) {
  Finding finding{"secret_files", Verdict::kPass, "only their owner can read keys and tokens",
                  "Who can read a key or a token can do what its owner can; the program refuses such a file.",
                  "chmod 0600 on the keys and tokens in the data folder, then make other tokens: aangan token rotate"};
  int open = 0;
  Walk(patient.folder, [&](const fs::path& path, const struct stat& found) {
    if (S_ISREG(found.st_mode) && IsSecret(path.filename()) && (found.st_mode & kOthers) != 0) ++open;
  });
  if (open > 0) {  // not which: somebody may have named a file after a person
    finding.verdict = Verdict::kFail;
    finding.what = absl::StrCat("others can read ", open, open == 1 ? " key or token" : " keys and tokens");
  }
  return finding;
}

Finding MasterKey(const Patient& patient) {
  Finding finding{"master_key", Verdict::kPass, "the key of the records is there",
                  "Without it nobody can open the records, whatever passphrase there is.",
                  "put the copy back from the stick where it is kept: aangan restore --from ... --keys-from ..."};
  struct stat found {};
  if (!Look(absl::StrCat(patient.folder, "/main"), &found)) return Skipped(finding, "there are no records yet");
  if (!Look(absl::StrCat(patient.folder, "/master_key"), &found)) {
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
  Walk(patient.folder, [&](const fs::path& path, const struct stat& found) {
    if (S_ISREG(found.st_mode) && path.extension() == ".new" && found.st_mtime < before) ++left;
  });
  struct stat found {};
  if (Look(absl::StrCat(patient.folder, ".restoring"), &found)) {
    ++left;
    finding.fix = "begin the restore again, which takes the half one away: aangan restore";
  }
  if (left > 0) {
    finding.verdict = Verdict::kWarn;
    finding.what = absl::StrCat(left, left == 1 ? " thing is" : " things are", " left over");
  }
  return finding;
}

Finding KeyFile(const Patient& patient) {
  Finding finding{"key_file", Verdict::kPass, "", "The key file opens the records without a passphrase.", ""};
  const std::string path = patient.settings.Text("node.key_file");
  if (path.empty()) return Skipped(finding, "a passphrase opens this node, no key file");
  struct stat found {};
  if (stat(path.c_str(), &found) != 0) {
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
