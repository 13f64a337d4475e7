// SPDX-License-Identifier: Apache-2.0
// Blocks that are wiped: see secret.h. Whole pages are mapped for each block, because advice to the kernel (no dump)
// and locks work by page.
#include "base/secret.h"

#include <sodium.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <utility>

#include "base/check.h"

namespace aangan {
namespace {

size_t MappedSize(size_t size_bytes) {
  static const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  return (size_bytes + page - 1) / page * page;
}

}  // namespace

SecretBytes::SecretBytes(size_t size_bytes) : size_(size_bytes) {
  if (size_ == 0) return;
  void* block = mmap(nullptr, MappedSize(size_), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  AANGAN_CHECK(block != MAP_FAILED);
  data_ = static_cast<uint8_t*>(block);
  (void)madvise(data_, MappedSize(size_), MADV_DONTDUMP);
  (void)mlock(data_, MappedSize(size_));  // as far as the limit allows
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
  sodium_memzero(data_, MappedSize(size_));
  munmap(data_, MappedSize(size_));
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
