// SPDX-License-Identifier: Apache-2.0
// The arena of secrets: see secret.h. Free blocks are kept by address and joined with their neighbours; secrets are
// few, so the first that fits is taken.
#include "base/secret.h"

#include <sodium.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/check.h"
#include "base/problem.h"

namespace aangan {
namespace {

constexpr size_t kGranule = 64;            // a line of the processor's cache
constexpr size_t kChunkBytes = 512 << 10;  // far below the 8 MiB that a process may usually lock

class Arena {
 public:
  static Arena& Get() {
    static Arena* const arena = new Arena;  // outlives every secret
    return *arena;
  }

  absl::Status MustLock() {
    absl::MutexLock lock(&mutex_);
    if (chunks_.empty()) Grow(kChunkBytes);
    for (const auto& [begin, size] : chunks_) {
      if (mlock(begin, size) == 0) continue;
      return Problem(
                 absl::StatusCode::kFailedPrecondition, Reason::kKeyMissing,
                 "The memory for keys can not be locked, so they could be written to a swap file. Raise the limit of "
                 "locked memory (ulimit -l, or LimitMEMLOCK of the unit) to 16 MiB.")
          .Number("bytes", static_cast<int64_t>(size));
    }
    must_lock_ = true;
    return absl::OkStatus();
  }

  uint8_t* Take(size_t size) {
    absl::MutexLock lock(&mutex_);
    auto fit = Fitting(size);
    if (fit == free_.end()) {
      Grow(std::max(size, kChunkBytes));
      fit = Fitting(size);
    }
    const auto [begin, free_size] = *fit;
    free_.erase(fit);
    if (free_size > size) free_.emplace(begin + size, free_size - size);
    return begin;
  }

  // The block is wiped already.
  void Give(uint8_t* begin, size_t size) {
    absl::MutexLock lock(&mutex_);
    auto block = free_.emplace(begin, size).first;
    if (const auto next = std::next(block); next != free_.end() && block->first + block->second == next->first) {
      block->second += next->second;
      free_.erase(next);
    }
    if (block == free_.begin()) return;
    if (const auto before = std::prev(block); before->first + before->second == block->first) {
      before->second += block->second;
      free_.erase(block);
    }
  }

 private:
  using Blocks = std::map<uint8_t*, size_t>;

  Blocks::iterator Fitting(size_t size) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return std::find_if(free_.begin(), free_.end(), [size](const auto& block) { return block.second >= size; });
  }

  void Grow(size_t size) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    constexpr size_t kPage = 4096;  // of every machine that Debian's amd64 and arm64 run on by default
    size = (size + kPage - 1) / kPage * kPage;
    void* const pages = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    AANGAN_CHECK(pages != MAP_FAILED);
    (void)madvise(pages, size, MADV_DONTDUMP);
    const bool locked = mlock(pages, size) == 0;
    AANGAN_CHECK(locked || !must_lock_);
    auto* const begin = static_cast<uint8_t*>(pages);
    chunks_.emplace(begin, size);
    free_.emplace(begin, size);
  }

  absl::Mutex mutex_;
  bool must_lock_ ABSL_GUARDED_BY(mutex_) = false;
  Blocks chunks_ ABSL_GUARDED_BY(mutex_);
  Blocks free_ ABSL_GUARDED_BY(mutex_);
};

size_t BlockSize(size_t size_bytes) { return (size_bytes + kGranule - 1) / kGranule * kGranule; }

}  // namespace

absl::Status LockSecrets() { return Arena::Get().MustLock(); }

void ForbidCoreDumps() {
  // Where a program takes the dumps (core_pattern with a pipe) the kernel does not look at the limit: core(5).
  AANGAN_CHECK(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0);
  const rlimit none = {0, 0};
  AANGAN_CHECK(setrlimit(RLIMIT_CORE, &none) == 0);
}

SecretBytes::SecretBytes(size_t size_bytes) : size_(size_bytes) {
  if (size_ == 0) return;
  data_ = Arena::Get().Take(BlockSize(size_));
  std::memset(data_, 0, size_);
}

SecretBytes SecretBytes::Copy(absl::Span<const uint8_t> bytes) {
  SecretBytes copy(bytes.size());
  if (!bytes.empty()) std::memcpy(copy.data_, bytes.data(), bytes.size());
  return copy;
}

SecretBytes SecretBytes::Random(size_t size_bytes, RandomSource& random) {
  SecretBytes secret(size_bytes);
  random.Fill(secret.mutable_span());
  return secret;
}

SecretBytes::SecretBytes(SecretBytes&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

SecretBytes::~SecretBytes() {
  if (data_ == nullptr) return;
  sodium_memzero(data_, size_);
  Arena::Get().Give(data_, BlockSize(size_));
}

SecretBytes SecretBytes::Clone() const { return Copy(span()); }

bool SecretBytes::ConstantTimeEquals(absl::Span<const uint8_t> other) const {
  return size_ == other.size() && (size_ == 0 || sodium_memcmp(data_, other.data(), size_) == 0);
}

void Wipe(absl::Span<uint8_t> bytes) { sodium_memzero(bytes.data(), bytes.size()); }

void Wipe(std::string& text) {
  sodium_memzero(text.data(), text.size());
  text.clear();
}

}  // namespace aangan
