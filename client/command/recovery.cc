// SPDX-License-Identifier: Apache-2.0
// aangan recovery split, rehearse, recover: the node's key in parts among people of the collective.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/files.h"
#include "base/problem.h"
#include "base/secret.h"
#include "base/status.h"
#include "client/command/commands.h"
#include "client/command/control.h"
#include "client/command/part_sheet.h"
#include "google/rpc/error_details.pb.h"

namespace aangan::client {
namespace {

constexpr int kLinesOfPart = 8;
constexpr size_t kPartBytesMax = 1024;

struct Wish {
  int parts = 5;
  int needed = 3;
  std::string to;
  std::string passphrase_file;
  std::string next_file;
  std::vector<std::string> part_files;
};

absl::Status Write(const std::string& path, const SecretBytes& bytes) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  const bool written =
      file >= 0 && write(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) && fsync(file) == 0;
  const int error = errno;
  if (file >= 0) close(file);
  if (written) return absl::OkStatus();
  return Problem(absl::StatusCode::kFailedPrecondition, Reason::kAlreadyExists,
                 "a sheet can not be written; name an empty folder of a stick or of memory (/dev/shm)")
      .Number("errno", error);
}

// The parts as the node gave them: each ends with an empty line.
std::vector<absl::Span<const uint8_t>> PartsIn(const SecretBytes& all) {
  std::vector<absl::Span<const uint8_t>> parts;
  size_t begin = 0;
  for (size_t i = 1; i < all.size(); ++i) {
    if (all.data()[i] != '\n' || all.data()[i - 1] != '\n') continue;
    parts.push_back(all.span().subspan(begin, i - begin));
    begin = i + 1;
  }
  return parts;
}

absl::Status ShowOneByOne(const std::vector<PartSheet>& sheets) {
  for (const PartSheet& sheet : sheets) {
    RETURN_IF_ERROR(
        AskLine(absl::StrCat("Only who is to keep part ", sheet.place, " looks at the screen now. Enter shows it.\n"),
                true)
            .status());
    const SecretBytes text = SheetOnTerminal(sheet);
    (void)!write(STDOUT_FILENO, text.data(), text.size());
    RETURN_IF_ERROR(AskLine("Written down and compared? Enter clears the screen.\n", true).status());
    constexpr absl::string_view kClear = "\033[2J\033[3J\033[H";
    (void)!write(STDOUT_FILENO, kClear.data(), kClear.size());
  }
  return absl::OkStatus();
}

absl::StatusOr<int> Split(const Session& session, const Wish& wish) {
  if (wish.to.empty() && !IsTerminal(STDOUT_FILENO)) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField,
                   "parts are shown on a terminal, one by one, or written as pages to print")
        .Field("to", "must name a folder where this is no terminal");
  }
  ASSIGN_OR_RETURN(const SecretBytes passphrase,
                   Passphrase(wish.passphrase_file, "Passphrase (just Enter where a key file opens the node): "));
  SecretBytes numbers(2);
  numbers.data()[0] = static_cast<uint8_t>(wish.needed);
  numbers.data()[1] = static_cast<uint8_t>(wish.parts);
  ASSIGN_OR_RETURN(const SecretBytes all, GiveOrder(session.node_folder(), Order::kSplitKey, passphrase, numbers));
  std::vector<PartSheet> sheets;
  for (const auto part : PartsIn(all)) {
    const std::string day = absl::FormatTime("%Y-%m-%d", SystemClock().Now(), absl::FixedTimeZone(19800));
    sheets.push_back({static_cast<int>(sheets.size()) + 1, wish.parts, wish.needed, day, part});
  }
  if (wish.to.empty()) {
    RETURN_IF_ERROR(ShowOneByOne(sheets));
  } else {
    RETURN_IF_ERROR(MakeFolders(wish.to, 0700));
    for (const PartSheet& sheet : sheets)
      RETURN_IF_ERROR(Write(absl::StrCat(wish.to, "/part-", sheet.place, "-of-", sheet.of, ".html"), SheetPage(sheet)));
    session.output().Say("Open each page in a browser without a network, print it, and destroy the file.");
  }
  session.output().Say(
      "Parts of an earlier day still open the node: take them back. Now try: aangan recovery rehearse");
  return kExitOk;
}

// Eight lines, or one that a telephone read from the picture.
absl::StatusOr<SecretBytes> AskPart(int number) {
  SecretBytes text(kPartBytesMax);
  size_t size = 0;
  size_t digits = 0;
  constexpr size_t kDigits = 22 * kLinesOfPart;
  while (digits < kDigits) {
    const size_t line_number = digits / 22 + 1;
    ASSIGN_OR_RETURN(const SecretBytes line,
                     AskLine(absl::StrCat("Part ", number, ", line ", line_number, ": "), false));
    if (size + line.size() + 1 > text.size()) break;
    std::copy(line.span().begin(), line.span().end(), text.data() + size);
    size += line.size();
    text.data()[size++] = '\n';
    digits += static_cast<size_t>(std::count_if(line.span().begin(), line.span().end(),
                                                [](uint8_t letter) { return letter != ' ' && letter != '-'; }));
    if (line.empty()) break;
  }
  return SecretBytes::Copy(text.span().subspan(0, size));
}

SecretBytes Joined(const std::vector<SecretBytes>& parts) {
  size_t size = 0;
  for (const SecretBytes& part : parts) size += part.size() + 2;
  SecretBytes all(size);
  uint8_t* out = all.data();
  for (const SecretBytes& part : parts) {
    out = std::copy(part.span().begin(), part.span().end(), out);
    // An empty line between two; the node minds no more of them.
    *out++ = '\n';
    *out++ = '\n';
  }
  return all;
}

// Which of the parts is at fault, from 1.
std::optional<size_t> PartAtFault(const absl::Status& status) {
  google::rpc::ErrorInfo info;
  const auto payload = status.GetPayload("type.googleapis.com/google.rpc.ErrorInfo");
  size_t number = 0;
  if (!payload || !info.ParseFromString(std::string(*payload)) || info.metadata().count("part") == 0)
    return std::nullopt;
  if (!absl::SimpleAtoi(info.metadata().at("part"), &number)) return std::nullopt;
  return number;
}

// Asks until the node takes them; a part with a slip is asked again alone.
absl::Status Bring(const Session& session, const Wish& wish, Order order, const SecretBytes& second) {
  RETURN_IF_ERROR(LockSecrets());
  std::vector<SecretBytes> parts;
  for (const std::string& file : wish.part_files) {
    ASSIGN_OR_RETURN(SecretBytes part, ReadSecretFile(file, kPartBytesMax));
    parts.push_back(std::move(part));
  }
  const bool asks = parts.empty();
  for (int number = 1; asks && number <= wish.needed; ++number) {
    ASSIGN_OR_RETURN(SecretBytes part, AskPart(number));
    parts.push_back(std::move(part));
  }
  while (true) {
    const absl::Status done = GiveOrder(session.node_folder(), order, Joined(parts), second).status();
    const std::optional<size_t> fault = PartAtFault(done);
    if (done.ok() || !asks || !IsTerminal(STDIN_FILENO) || !fault || *fault < 1 || *fault > parts.size()) return done;
    session.output().Fail(done);
    ASSIGN_OR_RETURN(parts[*fault - 1], AskPart(static_cast<int>(*fault)));
  }
}

absl::StatusOr<int> Rehearse(const Session& session, const Wish& wish) {
  RETURN_IF_ERROR(Bring(session, wish, Order::kRehearse, SecretBytes()));
  session.output().Say("These parts open the node. Nothing was changed; the day is noted.");
  return kExitOk;
}

absl::StatusOr<int> Recover(const Session& session, const Wish& wish) {
  ASSIGN_OR_RETURN(const SecretBytes next, NextPassphrase(wish.next_file));
  RETURN_IF_ERROR(Bring(session, wish, Order::kRecover, next));
  session.output().Say("The key is behind the new passphrase. Open the node with: aangan unlock");
  return kExitOk;
}

void AddParts(CLI::App* command, const std::shared_ptr<Wish>& wish) {
  command->add_option("--part-file", wish->part_files,
                      "file (mode 0600) with the eight lines of a part; once for each");
  command->add_option("--needed", wish->needed, "how many parts are asked for, as the sheets say")
      ->check(CLI::Range(2, 14));
}

}  // namespace

void AddRecovery(CLI::App& app, Session& session) {
  const auto wish = std::make_shared<Wish>();
  CLI::App* recovery = AddCommand(app, "recovery", "Parts of the node's key, kept by people of the collective",
                                  "aangan recovery rehearse --needed 3");
  recovery->require_subcommand(1);
  CLI::App* split = AddCommand(*recovery, "split",
                               "Make the parts: any --needed of --parts bring the key back, fewer say nothing about it",
                               "aangan recovery split --parts 5 --needed 3");
  split->add_option("--parts", wish->parts, "how many people keep one")->check(CLI::Range(2, 14));
  split->add_option("--needed", wish->needed, "how many of them are needed")->check(CLI::Range(2, 14));
  split->add_option("--to", wish->to, "folder for pages to print; without it each part is shown on the terminal");
  split->add_option("--passphrase-file", wish->passphrase_file, "file (mode 0600) whose first line is the passphrase");
  split->callback([&session, wish] { session.run = [&session, wish] { return Split(session, *wish); }; });
  CLI::App* rehearse = AddCommand(*recovery, "rehearse", "Try whether the parts would open the node; changes nothing",
                                  "aangan recovery rehearse --needed 3");
  AddParts(rehearse, wish);
  rehearse->callback([&session, wish] { session.run = [&session, wish] { return Rehearse(session, *wish); }; });
  CLI::App* recover =
      AddCommand(*recovery, "recover", "Put the key of a locked node together from its parts, behind a new passphrase",
                 "aangan recovery recover --needed 3");
  AddParts(recover, wish);
  recover->add_option("--next-file", wish->next_file, "file (mode 0600) with the new passphrase");
  recover->callback([&session, wish] { session.run = [&session, wish] { return Recover(session, *wish); }; });
}

}  // namespace aangan::client
