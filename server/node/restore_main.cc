// SPDX-License-Identifier: Apache-2.0
// aangan-node restore: what it asks and what it says.
#include <termios.h>
#include <unistd.h>

#include <cstdio>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "base/files.h"
#include "base/problem.h"
#include "base/secret.h"
#include "base/status.h"
#include "google/rpc/error_details.pb.h"
#include "server/node/restore_from.h"
#include "server/shared/config.h"

namespace aangan::node {
namespace {

using storage::KeyLock;
using storage::KeyProtection;

constexpr size_t kSecretBytesMax = 4096;
constexpr uint64_t kSteps = 20;  // of the progress, where there is no terminal

std::vector<server::Setting> Settings() {
  using server::SettingKind;
  return {{"restore.from", SettingKind::kText, "", "folder of the backup"},
          {"restore.keys_from", SettingKind::kText, "", "key file, or the folder that it lies in"},
          {"restore.data", SettingKind::kText, "/var/lib/aangan/node", "folder to be made"},
          {"restore.generation", SettingKind::kNumber, "0", "number of the backup; 0 takes the newest"},
          {"restore.key_file", SettingKind::kText, "", "file that opens the master key, where a file does"},
          {"restore.passphrase_file", SettingKind::kText, "", "file with the passphrase; without it, it is asked for"},
          {"restore.part_files", SettingKind::kText, "",
           "files with parts of the master key, between commas; the passphrase is then a new one"},
          {"restore.accept_older", SettingKind::kYesNo, "false", "take an older backup than the newest known"},
          {"restore.lose_members_without_key", SettingKind::kYesNo, "false",
           "leave out members whose keys are not in the key file"}};
}

// A line from standard input, without echo where that is a terminal; byte by byte, so that no buffer keeps it.
SecretBytes AskPassphrase(const char* question) {
  termios before{};
  const bool terminal = isatty(STDIN_FILENO) != 0 && tcgetattr(STDIN_FILENO, &before) == 0;
  if (terminal) {
    termios silent = before;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    std::fputs(question, stderr);
  }
  SecretBytes line(kSecretBytesMax);
  size_t size = 0;
  while (size < line.size() && read(STDIN_FILENO, line.data() + size, 1) == 1 && line.data()[size] != '\n') ++size;
  if (terminal) {
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    std::fputs("\n", stderr);
  }
  return SecretBytes::Copy(line.span().subspan(0, size));
}

// The key that people's parts give, behind a new passphrase in the place of the file.
absl::StatusOr<KeyLock> AskForParts(const std::string& path, const server::Config& config, const Clock& clock,
                                    RandomSource& random) {
  std::vector<SecretBytes> parts;
  for (const absl::string_view file : absl::StrSplit(config.Text("restore.part_files"), ',')) {
    ASSIGN_OR_RETURN(SecretBytes part, ReadSecretFile(std::string(file), kSecretBytesMax));
    parts.push_back(std::move(part));
  }
  KeyLock next{KeyProtection::kByPassphrase, {}};
  if (const std::string file = config.Text("restore.passphrase_file"); !file.empty()) {
    ASSIGN_OR_RETURN(next.secret, ReadSecretLine(file, kSecretBytesMax));
  } else {
    next.secret = AskPassphrase("New passphrase: ");
  }
  RETURN_IF_ERROR(LockByParts(path, parts, next, clock, random));
  return next;
}

absl::StatusOr<KeyLock> LockFor(const std::string& path, const server::Config& config, const Clock& clock,
                                RandomSource& random) {
  if (!config.Text("restore.part_files").empty()) return AskForParts(path, config, clock, random);
  ASSIGN_OR_RETURN(const KeyProtection protection, storage::ProtectionOf(path));
  if (protection == KeyProtection::kByMode) return KeyLock();
  const bool by_file = protection == KeyProtection::kByKeyFile;
  const std::string file = config.Text(by_file ? "restore.key_file" : "restore.passphrase_file");
  if (!file.empty()) {
    ASSIGN_OR_RETURN(SecretBytes bytes,
                     by_file ? ReadSecretFile(file, kSecretBytesMax) : ReadSecretLine(file, kSecretBytesMax));
    return KeyLock{protection, std::move(bytes)};
  }
  if (!by_file) return KeyLock{protection, AskPassphrase("Passphrase of the node that was: ")};
  return Problem(absl::StatusCode::kFailedPrecondition, Reason::kKeyMissing,
                 "the master key is behind a key file; name it with --key-file");
}

// A bar on a terminal, a line at each twentieth elsewhere.
class Bar {
 public:
  void Show(uint64_t done, uint64_t all) {
    const uint64_t step = all == 0 ? kSteps : std::min(done, all) * kSteps / all;
    if (step == shown_) return;
    shown_ = step;
    std::fprintf(stderr, isatty(STDERR_FILENO) != 0 ? "\rrestoring %3d %%" : "restoring %d %%\n",
                 static_cast<int>(step * 100 / kSteps));
    if (step == kSteps && isatty(STDERR_FILENO) != 0) std::fputs("\n", stderr);
  }

 private:
  uint64_t shown_ = kSteps + 1;
};

std::string DayText(int64_t time_us) {
  return time_us == 0 ? "an unknown day"
                      : absl::FormatTime("%Y-%m-%d %H:%M UTC", absl::FromUnixMicros(time_us), absl::UTCTimeZone());
}

void SayFound(const RestoreFindings& found) {
  if (found.generation != 0 && found.time_us != 0)
    std::fprintf(stderr, "Backup %s is of %s.\n", absl::StrCat(found.generation).c_str(),
                 DayText(found.time_us).c_str());
  if (found.newest_generation > found.generation)
    std::fprintf(stderr, "The newest that is known is backup %s of %s.\n",
                 absl::StrCat(found.newest_generation).c_str(), DayText(found.newest_time_us).c_str());
  if (found.key_generation != 0) std::fprintf(stderr, "The key file is of %s.\n", DayText(found.key_time_us).c_str());
}

int NotRestored(const absl::Status& status) {
  std::fprintf(stderr, "aangan: %s\n", std::string(status.message()).c_str());
  google::rpc::ErrorInfo info;
  if (const auto payload = status.GetPayload("type.googleapis.com/google.rpc.ErrorInfo");
      payload.has_value() && info.ParseFromString(std::string(*payload))) {
    for (const auto& [key, value] : info.metadata()) std::fprintf(stderr, "  %s: %s\n", key.c_str(), value.c_str());
  }
  return HasReason(status, Reason::kNewerFormat) ? server::kExitConfig : 1;
}

void SayDone(const storage::node::RestoreReport& report) {
  std::printf("%s\n", absl::StrFormat("Restored %d members with %d records.", report.members, report.records).c_str());
  const auto say = [](int64_t count, const char* what) {
    if (count > 0) std::printf("%s\n", absl::StrFormat("%d %s", count, what).c_str());
  };
  say(report.erased_since, "members were erased since this backup and do not come back.");
  say(report.members_without_key, "members had no key in the key file; their records are lost.");
  say(report.keys_without_member, "members were enrolled after this backup; their records are not in it.");
  std::puts(
      "Next: start the node. It makes new tokens for operator and steward, and sits out the quarters that had begun. "
      "Then: aangan verify, and a new copy of the key file.");
}

}  // namespace

int RunRestore(int argc, const char* const* argv, const Clock& clock) {
  const server::Config::Outcome read = server::Config::Read(
      argc, argv, "aangan-node restore", "Makes a node's folder again from a backup and a key file.", Settings(), "");
  if (!read.go_on) {
    std::fputs(read.message.c_str(), read.exit_code == 0 ? stdout : stderr);
    return read.exit_code;
  }
  RestoreOptions options;
  options.from = read.config.Text("restore.from");
  options.keys_from = read.config.Text("restore.keys_from");
  options.data = read.config.Text("restore.data");
  options.generation = static_cast<uint64_t>(read.config.Number("restore.generation"));
  options.accept_older = read.config.YesNo("restore.accept_older");
  options.lose_members_without_key = read.config.YesNo("restore.lose_members_without_key");
  while (options.data.size() > 1 && options.data.back() == '/') options.data.pop_back();
  if (const absl::Status locked = LockSecrets(); !locked.ok()) return NotRestored(locked);
  SystemRandom random;
  RestoreFindings found;
  Bar bar;
  const absl::Status status = RestoreFrom(
      options, clock, random, [&](const std::string& path) { return LockFor(path, read.config, clock, random); },
      [&](uint64_t done, uint64_t all) { bar.Show(done, all); }, &found);
  SayFound(found);
  if (!status.ok()) return NotRestored(status);
  SayDone(found.report);
  return 0;
}

}  // namespace aangan::node
