// SPDX-License-Identifier: Apache-2.0
// Exports of the audit log and files of its heads, as a disk or a person has changed them: what is taken is what a node
// signed, and nothing else of the file is believed.
#include "client/command/audit_file.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/files.h"
#include "tests/fuzz/fuzz_bytes.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temp_dir.h"

using namespace aangan;          // NOLINT: a fuzz target is one function
using namespace aangan::client;  // NOLINT

namespace {

struct Honest {
  node::v1::AuditHead earlier;  // after one entry
  node::v1::AuditHead head;     // after all
  std::string export_bytes;
  std::string head_bytes;
};

node::v1::AuditHead SignedHead(const SigningKey& key, int64_t entries, uint64_t place, const Digest& chain) {
  AuditHead head;
  head.entries = entries;
  head.place = place;
  head.chain_hash = chain;
  head.time_us = 1'792'477'900'000'000;
  node::v1::AuditHead message;
  message.set_signing_key(std::string(AsText(key.public_key())));
  message.set_incarnation(std::string(AsText(head.incarnation)));
  message.set_entries(entries);
  message.set_sequence(static_cast<int64_t>(place));
  message.set_chain_hash(std::string(AsText(chain)));
  message.mutable_time()->set_seconds(head.time_us / 1'000'000);
  message.set_signature(std::string(AsText(key.Sign(kAuditHeadLabel, CanonicalAuditHead(head, key.public_key())))));
  return message;
}

Honest MakeHonest() {
  tests::SeededRandom random(4);
  const SigningKey key = SigningKey::Generate(random);
  const tests::TempDir folder;
  Honest honest;
  const auto writer = *AuditFileWriter::Open(folder / "export");
  Digest chain{};
  for (uint64_t i = 1; i <= 3; ++i) {
    const AuditLine line{i << kAuditNumberBits, 1'792'477'800'000'000 + static_cast<int64_t>(i), 30, "tokens/a",
                         "members/b"};
    chain = NextAuditHash(chain, line);
    node::v1::AuditEntry entry;
    entry.set_name(absl::StrCat("auditEntries/", line.place));
    entry.mutable_time()->set_seconds(line.time_us / 1'000'000);
    entry.mutable_time()->set_nanos(static_cast<int32_t>(line.time_us % 1'000'000 * 1000));
    entry.set_action(static_cast<node::v1::AuditAction>(line.action));
    entry.set_actor(std::string(line.actor));
    entry.set_resource(std::string(line.resource));
    entry.set_chain_hash(std::string(AsText(chain)));
    AANGAN_CHECK(writer->Add(entry).ok());
    honest.head = SignedHead(key, static_cast<int64_t>(i), line.place, chain);
    if (i == 1) honest.earlier = honest.head;
  }
  AANGAN_CHECK(writer->Finish(honest.head).ok() && WriteHeadFile(folder / "head", honest.head).ok());
  honest.export_bytes = *ReadFile(folder / "export", 1 << 20);
  honest.head_bytes = *ReadFile(folder / "head", 1 << 20);
  return honest;
}

// A file in memory with these bytes.
std::string FileOf(absl::string_view bytes) {
  static const int file = memfd_create("audit", 0);
  AANGAN_CHECK(ftruncate(file, 0) == 0 &&
               pwrite(file, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
  return absl::StrCat("/proc/self/fd/", file);
}

void TryExport(const Honest& honest, absl::string_view bytes) {
  const auto end = CheckAuditFile(FileOf(bytes), {honest.earlier}, [](int64_t) {});
  if (!end.ok()) return;
  // Nobody else has the key, and the end of the log is where it was.
  const auto* was = end->entries() == 1 ? &honest.earlier : &honest.head;
  AANGAN_CHECK(end->SerializeAsString() == was->SerializeAsString());
  const auto lines = std::count(bytes.begin(), bytes.end(), '\n') + (bytes.back() == '\n' ? 0 : 1);
  AANGAN_CHECK(lines == end->entries() + 1);
}

void TryHead(const Honest& honest, absl::string_view bytes) {
  const auto head = ReadHeadFile(FileOf(bytes));
  if (!head.ok()) return;
  (void)NodeIdOf(*head);
  if (!CheckedHead(*head).ok()) return;
  node::v1::AuditHead is_signed = *head;
  is_signed.clear_phrase();
  AANGAN_CHECK(is_signed.SerializeAsString() == honest.head.SerializeAsString());
}

// The input stands behind the place where `before` ends, or behind a line somewhere.
std::string With(std::string file, absl::string_view before, const std::string& more) {
  const size_t at = file.find(std::string(before));
  return at == std::string::npos ? file : file.insert(at + before.size(), more);
}
std::string WithLine(const std::string& file, const std::string& line) {
  size_t at = 0;
  for (size_t lines = line.size() % 4; lines > 0; --lines) at = file.find('\n', at) + 1;
  return absl::StrCat(file.substr(0, at), line, "\n", file.substr(at));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto* const honest = new Honest(MakeHonest());
  if (size == 0) return 0;
  const std::string input(tests::AsInput(data + 1, size - 1));
  switch (data[0] % 8) {
    case 0:
      TryExport(*honest, input);
      break;
    case 1:
      TryExport(*honest, tests::Over(honest->export_bytes, input));
      break;
    case 2:
      TryExport(*honest, WithLine(honest->export_bytes, input));
      break;
    case 3:
      TryExport(*honest, WithLine(honest->export_bytes, absl::StrCat("{\"head\":{", input, "}}")));
      break;
    case 4:
      TryExport(*honest, With(honest->export_bytes, "{\"head\":{", input));
      break;
    case 5:
      TryExport(*honest,
                With(honest->export_bytes, "{\"head\":{", absl::StrCat("\"phrase\":\"", ToHex(AsBytes(input)), "\",")));
      break;
    case 6:
      TryHead(*honest, tests::Over(honest->head_bytes, input));
      break;
    default:
      TryHead(*honest, With(honest->head_bytes, "{", input));
  }
  return 0;
}
