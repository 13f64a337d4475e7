// SPDX-License-Identifier: Apache-2.0
// Notices among the settings.
#include "server/node/notice_book.h"

#include <array>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/digest.h"
#include "base/problem.h"
#include "base/status.h"

namespace aangan::node {
namespace {

using storage::node::Action;
using storage::node::NoteChange;

constexpr char kPrefix[] = "notices/";
constexpr int kGiven = 1;  // CONSENT_DECISION_GIVEN
// By the number of ConsentPurpose.
constexpr std::array<absl::string_view, 5> kPurposes = {"", "keep_record", "be_counted", "be_contacted", "research"};

absl::string_view PurposeText(int purpose) {
  AANGAN_CHECK(purpose > 0 && static_cast<size_t>(purpose) < kPurposes.size());
  return kPurposes[static_cast<size_t>(purpose)];
}

absl::StatusOr<store::v1::NoticeRecord> Parsed(const std::string& value) {
  store::v1::NoticeRecord notice;
  if (notice.ParseFromString(value)) return notice;
  return Problem(absl::StatusCode::kDataLoss, Reason::kDamaged, "a stored notice does not read");
}

}  // namespace

std::string NoticeId(int purpose, absl::string_view version, absl::string_view language) {
  return absl::StrCat(PurposeText(purpose), "-", version, "-", language);
}

absl::StatusOr<store::v1::NoticeRecord> NoticeBook::Add(const store::v1::NoticeRecord& notice,
                                                        const std::string& actor) {
  const std::string id = NoticeId(notice.purpose(), notice.version(), notice.language());
  const std::string key = absl::StrCat(kPrefix, id);
  absl::MutexLock lock(&adding_);
  const absl::StatusOr<store::v1::NoticeRecord> there = Get(id);
  if (there.ok()) {
    if (there->text() == notice.text()) return *there;
    return Problem(absl::StatusCode::kAlreadyExists, Reason::kAlreadyExists,
                   "This version has other words already, and members agreed under them. Give the new words a new "
                   "version.");
  }
  if (!absl::IsNotFound(there.status())) return there.status();
  RETURN_IF_ERROR(
      store_->SubmitAndWait(NoteChange{Action::kNoticeCreated, actor, key, key, notice.SerializeAsString()}).status());
  return notice;
}

absl::StatusOr<store::v1::NoticeRecord> NoticeBook::Get(const std::string& id) const {
  ASSIGN_OR_RETURN(const std::string value, store_->GetSetting(absl::StrCat(kPrefix, id)));
  return Parsed(value);
}

absl::StatusOr<std::vector<store::v1::NoticeRecord>> NoticeBook::List(const std::string& after, size_t limit) const {
  ASSIGN_OR_RETURN(const auto stored,
                   store_->ListSettings(kPrefix, after.empty() ? "" : absl::StrCat(kPrefix, after), limit));
  std::vector<store::v1::NoticeRecord> notices;
  for (const auto& [key, value] : stored) {
    ASSIGN_OR_RETURN(notices.emplace_back(), Parsed(value));
  }
  return notices;
}

absl::Status SetNotice(const storage::node::NodeStore& store, absl::string_view path,
                       store::v1::ConsentRecord& consent) {
  if (consent.decision() != kGiven) return absl::OkStatus();
  const std::string purpose = absl::StrCat(kPrefix, PurposeText(consent.purpose()), "-");
  ASSIGN_OR_RETURN(const auto any, store.ListSettings(purpose, "", 1));
  if (any.empty()) return absl::OkStatus();
  const absl::StatusOr<std::string> value = store.GetSetting(
      absl::StrCat(kPrefix, NoticeId(consent.purpose(), consent.notice_version(), consent.language())));
  if (absl::IsNotFound(value.status())) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kUnknownNotice,
                   "This node holds no notice of this purpose in this version and language. List the notices, or add "
                   "this one.")
        .Field(absl::StrCat(path, ".notice_version"), "must be a version that the node holds in this language");
  }
  RETURN_IF_ERROR(value.status());
  ASSIGN_OR_RETURN(const store::v1::NoticeRecord notice, Parsed(*value));
  consent.set_notice_digest(std::string(AsText(Sha256(notice.text()))));
  return absl::OkStatus();
}

}  // namespace aangan::node
