// SPDX-License-Identifier: Apache-2.0
// Files of the audit log: see audit_file.h.
#include "client/command/audit_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <limits>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/check.h"
#include "base/files.h"
#include "base/problem.h"
#include "base/status.h"
#include "google/protobuf/util/json_util.h"

namespace aangan::client {
namespace {

using node::v1::AuditFileLine;

constexpr size_t kHeadBytesMax = 64 << 10;
constexpr size_t kLineBytesMax = 64 << 10;
constexpr size_t kNodeIdBytes = 16;

absl::Status NotAHead() {
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "This is no head of an audit log.")
      .Field("--head", "must be a phrase, or a file that 'aangan audit head' wrote");
}

absl::Status BadLine(int64_t line) {
  return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged, "A line of the file is not what an export has there.")
      .Number("line", line);
}

absl::Status DiskRefuses() {
  return Problem(absl::StatusCode::kUnavailable, Reason::kInternal, "The file can not be written; is the disk full?");
}

template <size_t kSize>
bool Take(const std::string& bytes, std::array<uint8_t, kSize>& out) {
  if (bytes.size() != kSize) return false;
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return true;
}

// Whole microseconds; whatever is finer is not in the hash, so it must not be there.
bool MicrosOf(const google::protobuf::Timestamp& time, int64_t* micros) {
  constexpr int64_t kSecondsMax = 253'402'300'799;  // the end of 9999, as in google.protobuf.Timestamp
  if (time.seconds() < -kSecondsMax || time.seconds() > kSecondsMax || time.nanos() % 1000 != 0) return false;
  *micros = time.seconds() * 1'000'000 + time.nanos() / 1000;
  return true;
}

// The line's texts are views into `entry`. Nothing may be in the message that is not in the hash.
bool LineOf(const node::v1::AuditEntry& entry, AuditLine* line, Digest* chain_hash) {
  absl::string_view name = entry.name();
  if (!absl::ConsumePrefix(&name, "auditEntries/") || !absl::SimpleAtoi(name, &line->place)) return false;
  if (name != absl::StrCat(line->place) || entry.action() < 0 || entry.action() > 255) return false;
  line->action = static_cast<uint8_t>(entry.action());
  line->actor = entry.actor();
  line->resource = entry.resource();
  return MicrosOf(entry.time(), &line->time_us) && Take(entry.chain_hash(), *chain_hash);
}

absl::Status Follow(const node::v1::AuditEntry& entry, AuditFollower& follower) {
  AuditLine line;
  Digest chain_hash{};
  if (!LineOf(entry, &line, &chain_hash)) return BadLine(follower.entries() + 1);
  return follower.Add(line, chain_hash);
}

// That the entries end exactly where the head says.
absl::Status CheckEnd(const node::v1::AuditHead& message, const AuditFollower& follower) {
  ASSIGN_OR_RETURN(const AuditHead head, CheckedHead(message));
  if (head.entries < follower.entries()) return BadLine(head.entries + 1);
  return follower.CheckHead(head);
}

}  // namespace

absl::StatusOr<AuditHead> CheckedHead(const node::v1::AuditHead& message) {
  AuditHead head;
  PublicKey key{};
  if (!Take(message.signing_key(), key) || !Take(message.incarnation(), head.incarnation) ||
      !Take(message.chain_hash(), head.chain_hash) || !MicrosOf(message.time(), &head.time_us) ||
      message.entries() < 0 || message.sequence() < 0) {
    return NotAHead();
  }
  head.entries = message.entries();
  head.place = static_cast<uint64_t>(message.sequence());
  RETURN_IF_ERROR(VerifySignature(key, kAuditHeadLabel, CanonicalAuditHead(head, key), AsBytes(message.signature())));
  return head;
}

std::string NodeIdOf(const node::v1::AuditHead& message) {
  const Digest digest = Sha256(message.signing_key());
  return ToHex({digest.data(), kNodeIdBytes});
}

absl::Status WriteHeadFile(const std::string& path, const node::v1::AuditHead& head) {
  std::string json;
  AANGAN_CHECK(google::protobuf::util::MessageToJsonString(head, &json).ok());
  return WriteFileDurably(path, json + "\n", 0600);
}

absl::StatusOr<node::v1::AuditHead> ReadHeadFile(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string json, ReadFile(path, kHeadBytesMax));
  node::v1::AuditHead head;
  if (!google::protobuf::util::JsonStringToMessage(json, &head).ok()) return NotAHead();
  return head;
}

absl::StatusOr<std::unique_ptr<AuditFileWriter>> AuditFileWriter::Open(const std::string& path) {
  const int descriptor = open((path + ".part").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  FILE* const file = descriptor < 0 ? nullptr : fdopen(descriptor, "w");
  if (file == nullptr) {
    if (descriptor >= 0) close(descriptor);
    return DiskRefuses();
  }
  return std::unique_ptr<AuditFileWriter>(new AuditFileWriter(path, file));
}

AuditFileWriter::~AuditFileWriter() {
  if (file_ == nullptr) return;
  (void)fclose(file_);
  unlink((path_ + ".part").c_str());
}

absl::Status AuditFileWriter::Put(const AuditFileLine& line) {
  std::string json;
  AANGAN_CHECK(google::protobuf::util::MessageToJsonString(line, &json).ok());
  json += '\n';
  return fwrite(json.data(), 1, json.size(), file_) == json.size() ? absl::OkStatus() : DiskRefuses();
}

absl::Status AuditFileWriter::Add(const node::v1::AuditEntry& entry) {
  RETURN_IF_ERROR(Follow(entry, follower_));
  AuditFileLine line;
  *line.mutable_entry() = entry;
  return Put(line);
}

absl::Status AuditFileWriter::Finish(const node::v1::AuditHead& head) {
  RETURN_IF_ERROR(CheckEnd(head, follower_));
  AuditFileLine line;
  *line.mutable_head() = head;
  RETURN_IF_ERROR(Put(line));
  if (fflush(file_) != 0 || fsync(fileno(file_)) != 0) return DiskRefuses();
  const bool closed = fclose(std::exchange(file_, nullptr)) == 0;
  if (!closed || rename((path_ + ".part").c_str(), path_.c_str()) != 0) return DiskRefuses();
  return absl::OkStatus();
}

absl::StatusOr<node::v1::AuditHead> CheckAuditFile(const std::string& path,
                                                   const std::vector<node::v1::AuditHead>& heads,
                                                   const std::function<void(int64_t bytes)>& progress) {
  std::vector<AuditHead> wanted;
  std::set<int64_t> remember;
  for (const node::v1::AuditHead& message : heads) {
    ASSIGN_OR_RETURN(const AuditHead head, CheckedHead(message));
    remember.insert(head.entries);
    wanted.push_back(head);
  }
  std::ifstream in(path);
  if (!in) {
    return Problem(absl::StatusCode::kNotFound, Reason::kNotFound, "There is no such file, or it can not be read.");
  }
  AuditFollower follower(std::move(remember));
  std::optional<node::v1::AuditHead> end;
  int64_t bytes = 0, number = 0;
  for (std::string text; std::getline(in, text);) {
    AuditFileLine line;
    bytes += static_cast<int64_t>(text.size()) + 1;
    ++number;
    if (end || text.size() > kLineBytesMax || !google::protobuf::util::JsonStringToMessage(text, &line).ok())
      return BadLine(number);
    if (line.has_entry()) {
      RETURN_IF_ERROR(Follow(line.entry(), follower));
    } else if (line.has_head()) {
      end = line.head();
    } else {
      return BadLine(number);
    }
    progress(bytes);
  }
  if (!end) {
    return Problem(absl::StatusCode::kDataLoss, Reason::kLogShortened,
                   "The file does not end in a signed head: its end was cut off.")
        .Number("entries", follower.entries());
  }
  RETURN_IF_ERROR(CheckEnd(*end, follower));
  for (const AuditHead& head : wanted) RETURN_IF_ERROR(follower.CheckHead(head));
  end->clear_phrase();  // it is under no signature, and whoever changed the file could have put any into it
  return *std::move(end);
}

}  // namespace aangan::client
