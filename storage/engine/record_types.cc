// SPDX-License-Identifier: Apache-2.0
// The kinds of records in a file of RocksDB's log format.
#include "storage/engine/record_types.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <fstream>

namespace aangan::storage {
namespace {

constexpr size_t kBlockBytes = 32 << 10;
constexpr size_t kHeaderBytes = 7;
constexpr size_t kLengthAt = 4;
constexpr size_t kKindAt = 6;
constexpr uint8_t kLastKind = 4;  // none (space kept ahead), whole, first, middle, last

}  // namespace

bool HasOnlyKnownRecords(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::array<char, kBlockBytes> block;
  while (in) {
    in.read(block.data(), block.size());
    const auto bytes = static_cast<size_t>(in.gcount());
    for (size_t at = 0; at + kHeaderBytes <= bytes;) {
      const auto byte = [&](size_t place) { return static_cast<uint8_t>(block[at + place]); };
      if (byte(kKindAt) > kLastKind) return false;
      at += kHeaderBytes + byte(kLengthAt) + (size_t{byte(kLengthAt + 1)} << 8);
    }
  }
  return true;
}

bool ManifestHasOnlyKnownRecords(const std::string& folder) {
  std::ifstream current(folder + "/CURRENT");
  std::string name;
  return !std::getline(current, name) || HasOnlyKnownRecords(folder + "/" + name);
}

}  // namespace aangan::storage
