// SPDX-License-Identifier: Apache-2.0
// Records of files in RocksDB's log format.
#include "storage/engine/record_types.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace aangan::storage {
namespace {

constexpr size_t kBlockBytes = 32 << 10;
constexpr size_t kHeaderBytes = 7;
constexpr size_t kLengthAt = 4;
constexpr size_t kKindAt = 6;
enum Kind : uint8_t { kNone, kWhole, kFirst, kMiddle, kLast };  // none: space kept ahead
// Those of recycled logs, of all versions so far. RocksDB 9.10 goes round on one before it looks at its length.
constexpr std::array<uint8_t, 6> kRecycled = {5, 6, 7, 8, 11, 131};
constexpr size_t kNumberBytes = 8;
constexpr size_t kCountBytes = 4;

struct Record {
  uint8_t kind = kNone;
  std::string_view bytes;  // what is there of them
  bool is_torn = false;    // it reaches beyond the end of the file
};

uint64_t LittleEndian(std::string_view bytes) {
  uint64_t number = 0;
  for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte) number = number << 8 | static_cast<uint8_t>(*byte);
  return number;
}

// Until `visit` says false; then it is false too.
template <typename Visit>
bool ForEachRecord(const std::string& path, const Visit& visit) {
  std::ifstream in(path, std::ios::binary);
  std::array<char, kBlockBytes> block;
  while (in) {
    in.read(block.data(), block.size());
    std::string_view left(block.data(), static_cast<size_t>(in.gcount()));
    while (left.size() >= kHeaderBytes) {
      const uint64_t length = LittleEndian(left.substr(kLengthAt, kKindAt - kLengthAt));
      Record record;
      record.kind = static_cast<uint8_t>(left[kKindAt]);
      if (record.kind == kNone && length == 0) break;  // as RocksDB: nothing more in this block
      left.remove_prefix(kHeaderBytes);
      record.bytes = left.substr(0, length);
      record.is_torn = length > left.size() && in.eof();
      if (!visit(record)) return false;
      left.remove_prefix(record.bytes.size());
    }
  }
  return true;
}

// The numbers of writes, as they come.
class WriteNumbers {
 public:
  // False when writes before this one are missing.
  bool Take(const Record& record) {
    if (record.kind == kWhole || record.kind == kFirst) {
      head_.clear();
    } else if (record.kind == kNone || record.kind > kLast) {  // or the bytes that a torn one left uncovered
      return true;
    }
    const bool began = head_.size() == kNumberBytes + kCountBytes;
    head_ += record.bytes.substr(0, kNumberBytes + kCountBytes - head_.size());
    if (head_.size() < kNumberBytes + kCountBytes) return true;
    const uint64_t number = LittleEndian(std::string_view(head_).substr(0, kNumberBytes));
    if (!began && next_.has_value() && number > *next_) return false;
    next_ = number;
    const bool ends = record.kind == kWhole || record.kind == kLast;
    if (ends && !record.is_torn) *next_ += LittleEndian(std::string_view(head_).substr(kNumberBytes));
    return true;
  }
  void BeginLog() { head_.clear(); }

 private:
  std::string head_;  // of the write that is being read
  std::optional<uint64_t> next_;
};

// Oldest first. What can not be listed is RocksDB's to say.
std::vector<std::string> LogsIn(const std::string& folder) {
  std::error_code error;
  std::vector<std::string> logs;
  std::filesystem::directory_iterator each(folder, error);
  for (; !error && each != std::filesystem::directory_iterator(); each.increment(error))
    if (each->path().extension() == ".log") logs.push_back(each->path().string());
  // Numbers of six digits or more.
  std::sort(logs.begin(), logs.end(),
            [](const std::string& a, const std::string& b) { return std::pair(a.size(), a) < std::pair(b.size(), b); });
  return logs;
}

}  // namespace

bool HasOnlyKnownRecords(const std::string& path) {
  return ForEachRecord(path, [](const Record& record) {
    const bool is_left_out =
        record.is_torn && std::find(kRecycled.begin(), kRecycled.end(), record.kind) == kRecycled.end();
    return record.kind <= kLast || is_left_out;
  });
}

bool StoreHasOnlyKnownRecords(const std::string& folder) {
  std::ifstream current(folder + "/CURRENT");
  std::string name;
  if (std::getline(current, name) && !HasOnlyKnownRecords(folder + "/" + name)) return false;
  const std::vector<std::string> logs = LogsIn(folder);
  return std::all_of(logs.begin(), logs.end(), HasOnlyKnownRecords);
}

bool LogsHoldEveryWrite(const std::string& folder) {
  WriteNumbers numbers;
  const std::vector<std::string> logs = LogsIn(folder);
  return std::all_of(logs.begin(), logs.end(), [&](const std::string& log) {
    numbers.BeginLog();
    return ForEachRecord(log, [&](const Record& record) { return numbers.Take(record); });
  });
}

}  // namespace aangan::storage
