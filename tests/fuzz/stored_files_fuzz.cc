// SPDX-License-Identifier: Apache-2.0
// The small files beside a store, each with a check sum: the durable head and the master key. Whatever a disk makes of
// them, only what was written is believed.
#include <fcntl.h>
#include <unistd.h>

#include "base/check.h"
#include "base/files.h"
#include "storage/engine/durable_head.h"
#include "storage/engine/master_key.h"
#include "tests/fuzz/fuzz_bytes.h"
#include "tests/support/seeded_random.h"
#include "tests/support/store_key_lock.h"
#include "tests/support/temp_dir.h"

using namespace aangan;           // NOLINT: a fuzz target is one function
using namespace aangan::storage;  // NOLINT

namespace {

struct Files {
  tests::TempDir folder;
  std::string head_path = folder / "durable_head";
  std::string key_path = folder / "master.key";
  CommitMark older{6, Sha256("older")};
  CommitMark newer{7, Sha256("newer")};
  std::string head;
  std::string key;

  Files() {
    {
      const auto written = *DurableHead::Open(head_path);
      AANGAN_CHECK(written->Write(older).ok() && written->Write(newer).ok());
    }
    tests::SeededRandom random(7);
    AANGAN_CHECK(CreateMasterKey(key_path, tests::TestKeyLock(), kPassphraseFloor, random).ok());
    head = *ReadFile(head_path, 1 << 20);
    key = *ReadFile(key_path, 1 << 20);
  }
};

// Not synced: nothing here is to outlive the program.
void Replace(const std::string& path, absl::string_view bytes) {
  const int file = open(path.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC);
  AANGAN_CHECK(file >= 0 && write(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  close(file);
}

void TryHead(const Files& files, const std::string& bytes) {
  Replace(files.head_path, bytes);
  const auto head = DurableHead::Open(files.head_path);
  if (!head.ok()) return;
  const auto& mark = (*head)->mark();
  AANGAN_CHECK(mark == files.older || mark == files.newer);
}

void TryKey(const Files& files, const std::string& bytes) {
  Replace(files.key_path, bytes);
  AANGAN_CHECK(OpenMasterKey(files.key_path, tests::TestKeyLock()).ok() == (bytes == files.key));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Files files;
  const absl::string_view input = tests::AsInput(data, size);
  TryHead(files, tests::Over(files.head, input));
  TryKey(files, tests::Over(files.key, input));
  TryKey(files, std::string(input));
  return 0;
}
