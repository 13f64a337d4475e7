// SPDX-License-Identifier: Apache-2.0
// The log of all that was signed.
#include "server/federation/log_book.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "model/canonical_message.h"
#include "privacy/log_head.h"

namespace aangan::federation {
namespace {

constexpr char kLogSize[] = "log_size";
// A node publishes one a quarter and one after a restore; more of one collective only make the log long.
constexpr int kBatchesOfOneMax = 200;

absl::StatusOr<int64_t> ParseSize(const std::optional<std::string>& row) {
  int64_t size = 0;
  if (row && !absl::SimpleAtoi(*row, &size))
    return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged, "The size of the log is damaged.");
  return size;
}

std::string EntryKey(int64_t number) { return NumberKey("", static_cast<int32_t>(number)); }

}  // namespace

v1::LogEntry MakeEntry(v1::LogEntryKind kind, std::string subject, std::string author, const Digest& digest,
                       std::string signature) {
  v1::LogEntry entry;
  entry.set_kind(kind);
  entry.set_subject(std::move(subject));
  entry.set_author(std::move(author));
  entry.set_digest(std::string(AsText(digest)));
  entry.set_signature(std::move(signature));
  return entry;
}

absl::Status LogBook::Add(std::vector<v1::LogEntry> entries, std::vector<Write>* writes,
                          std::vector<Condition>* conditions) const {
  ASSIGN_OR_RETURN(const std::optional<std::string> row, store_->Get(Table::kSettings, kLogSize));
  ASSIGN_OR_RETURN(int64_t size, ParseSize(row));
  for (v1::LogEntry& entry : entries) {
    entry.set_number(++size);
    writes->push_back({Table::kLog, EntryKey(size), entry.SerializeAsString()});
  }
  writes->push_back({Table::kSettings, kLogSize, absl::StrCat(size)});
  conditions->push_back({Table::kSettings, kLogSize, row});
  return absl::OkStatus();
}

absl::StatusOr<std::vector<v1::LogEntry>> LogBook::Entries(int64_t after, size_t limit) const {
  ASSIGN_OR_RETURN(std::vector<Entry> rows, store_->List(Table::kLog, "", after > 0 ? EntryKey(after) : "", limit));
  std::vector<v1::LogEntry> entries;
  for (Entry& row : rows) {
    ASSIGN_OR_RETURN(Stored<v1::LogEntry> stored, ParseStored<v1::LogEntry>(std::move(row)));
    entries.push_back(std::move(stored.value));
  }
  return entries;
}

absl::StatusOr<std::vector<v1::LogEntry>> LogBook::All() const {
  std::vector<v1::LogEntry> all;
  while (true) {
    ASSIGN_OR_RETURN(std::vector<v1::LogEntry> some, Entries(static_cast<int64_t>(all.size()), kRowsMax));
    if (some.empty()) return all;
    std::move(some.begin(), some.end(), std::back_inserter(all));
  }
}

absl::StatusOr<LogBook::SignedHead> LogBook::Head() const {
  ASSIGN_OR_RETURN(const std::vector<v1::LogEntry> all, All());
  std::vector<std::string> leaves;
  for (const v1::LogEntry& entry : all) {
    ASSIGN_OR_RETURN(leaves.emplace_back(), privacy::LeafOf(entry));
  }
  SignedHead signed_head;
  signed_head.head.set_roster(names_->roster());
  signed_head.head.set_size(static_cast<int64_t>(leaves.size()));
  signed_head.head.set_head(std::string(AsText(privacy::LogHead(leaves))));
  ASSIGN_OR_RETURN(const std::string canonical, model::CanonicalMessage(signed_head.head));
  signed_head.signature = std::string(AsText(key_->Sign(privacy::kLogHeadLabel, canonical)));
  return signed_head;
}

absl::StatusOr<int64_t> LogBook::AddOnce(v1::LogEntry entry) const {
  return UntilUncontested([&]() -> absl::StatusOr<int64_t> {
    ASSIGN_OR_RETURN(const std::vector<v1::LogEntry> all, All());
    for (const v1::LogEntry& there : all) {
      if (there.kind() == entry.kind() && there.digest() == entry.digest() && there.author() == entry.author() &&
          there.subject() == entry.subject() && there.signature() == entry.signature())
        return there.number();
    }
    std::vector<Write> writes;
    std::vector<Condition> conditions;
    RETURN_IF_ERROR(Add({entry}, &writes, &conditions));
    RETURN_IF_ERROR(store_->Commit(writes, conditions));
    return static_cast<int64_t>(all.size()) + 1;
  });
}

absl::StatusOr<int64_t> LogBook::Publish(const v1::KeyBatch& batch, const std::string& signature) const {
  ASSIGN_OR_RETURN(const std::string canonical, model::CanonicalMessage(batch));
  ASSIGN_OR_RETURN(const std::vector<v1::LogEntry> all, All());
  const auto of_one = std::count_if(all.begin(), all.end(), [&](const v1::LogEntry& there) {
    return there.kind() == v1::LOG_ENTRY_KIND_KEY_BATCH && there.author() == batch.collective();
  });
  if (of_one >= kBatchesOfOneMax) {
    return Problem(absl::StatusCode::kResourceExhausted, Reason::kTooMany,
                   "This collective has published too many batches of keys. Call the federation's staff.");
  }
  v1::LogEntry entry =
      MakeEntry(v1::LOG_ENTRY_KIND_KEY_BATCH, batch.first_period(), batch.collective(), Sha256(canonical), signature);
  *entry.mutable_key_batch() = batch;
  return AddOnce(std::move(entry));
}

absl::Status LogBook::NoteOnce(v1::LogEntry entry) const { return AddOnce(std::move(entry)).status(); }

}  // namespace aangan::federation
