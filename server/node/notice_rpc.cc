// SPDX-License-Identifier: Apache-2.0
// aangan.node.v1.NoticeService: check, ask the book, translate.
#include "server/node/notice_rpc.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/digest.h"
#include "base/problem.h"
#include "base/status.h"
#include "model/field_check.h"
#include "server/node/convert.h"
#include "server/node/request_rules.h"

namespace aangan::node {
namespace {

constexpr char kList[] = "notices";
constexpr size_t kVersionCharactersMax = 40;
constexpr size_t kTextCharactersMax = 10000;

v1::Notice NoticeMessage(const store::v1::NoticeRecord& record) {
  v1::Notice notice;
  notice.set_name(absl::StrCat("notices/", NoticeId(record.purpose(), record.version(), record.language())));
  notice.set_purpose(static_cast<v1::ConsentPurpose>(record.purpose()));
  notice.set_version(record.version());
  notice.set_language(record.language());
  notice.set_text(record.text());
  notice.set_digest(std::string(AsText(Sha256(record.text()))));
  notice.set_created_by(record.created_by());
  *notice.mutable_create_time() = TimestampFromMicros(record.create_time_us());
  return notice;
}

bool IsVersion(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_' || c == '-';
  });
}

absl::Status CheckNotice(const v1::Notice& notice, model::Day today) {
  model::FieldCheck check("notice", today);
  if (notice.purpose() < v1::CONSENT_PURPOSE_KEEP_RECORD || notice.purpose() > v1::CONSENT_PURPOSE_RESEARCH)
    check.Fault("purpose", "must be a purpose");
  check.TextWithin("version", notice.version(), kVersionCharactersMax, model::Need::kRequired);
  if (!notice.version().empty() && !IsVersion(notice.version()))
    check.Fault("version", "must be letters, digits, points, dashes and underscores");
  check.CodeOf("language", model::ListId::kLanguage, notice.language(), model::Need::kRequired);
  check.TextWithin("text", notice.text(), kTextCharactersMax, model::Need::kRequired);
  return check.ToStatus();
}

}  // namespace

std::map<std::string, server::Handler> NoticeRpc::Handlers() {
  return {{"CreateNotice", server::Handle(this, &NoticeRpc::CreateNotice)},
          {"GetNotice", server::Handle(this, &NoticeRpc::GetNotice)},
          {"ListNotices", server::Handle(this, &NoticeRpc::ListNotices)}};
}

absl::StatusOr<v1::Notice> NoticeRpc::CreateNotice(const server::Call& call, const v1::CreateNoticeRequest& request) {
  const v1::Notice& wanted = request.notice();
  RETURN_IF_ERROR(CheckNotice(wanted, model::DayInIndia(rooms_.clock->Now())));
  store::v1::NoticeRecord record;
  record.set_purpose(wanted.purpose());
  record.set_version(wanted.version());
  record.set_language(wanted.language());
  record.set_text(wanted.text());
  record.set_created_by(call.caller().id);
  record.set_create_time_us(absl::ToUnixMicros(rooms_.clock->Now()));
  ASSIGN_OR_RETURN(const store::v1::NoticeRecord kept, book_.Add(record, ActorOf(call)));
  return NoticeMessage(kept);
}

absl::StatusOr<v1::Notice> NoticeRpc::GetNotice(const server::Call&, const v1::GetNoticeRequest& request) {
  absl::string_view id = request.name();
  if (!absl::ConsumePrefix(&id, "notices/")) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "This is not the name of a notice.")
        .Field("name", "must be notices/{notice}");
  }
  ASSIGN_OR_RETURN(const store::v1::NoticeRecord record, book_.Get(std::string(id)));
  return NoticeMessage(record);
}

absl::StatusOr<v1::ListNoticesResponse> NoticeRpc::ListNotices(const server::Call& call,
                                                               const v1::ListNoticesRequest& request) {
  ASSIGN_OR_RETURN(const Page page, PageOf(*rooms_.page_tokens, call, kList, request.page_size(), request.page_token(),
                                           {.size_default = 50, .size_max = 50}));
  ASSIGN_OR_RETURN(std::vector<store::v1::NoticeRecord> notices, book_.List(page.after, page.size + 1));
  v1::ListNoticesResponse response;
  if (notices.size() > page.size) {
    notices.resize(page.size);
    const store::v1::NoticeRecord& last = notices.back();
    response.set_next_page_token(
        NextPage(*rooms_.page_tokens, call, kList, NoticeId(last.purpose(), last.version(), last.language())));
  }
  for (const store::v1::NoticeRecord& notice : notices) *response.add_notices() = NoticeMessage(notice);
  return response;
}

}  // namespace aangan::node
