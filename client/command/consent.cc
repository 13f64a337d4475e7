// SPDX-License-Identifier: Apache-2.0
// aangan consent and notice: what a member agrees to, and the words that she heard.
#include <fstream>
#include <iterator>

#include "aangan/node/v1/members.grpc.pb.h"
#include "aangan/node/v1/notices.grpc.pb.h"
#include "base/clock.h"
#include "base/problem.h"
#include "base/status.h"
#include "client/command/commands.h"
#include "client/command/words.h"

namespace aangan::client {
namespace {

using node::v1::MemberService;
using node::v1::NoticeService;

struct Decision {
  std::string member, purpose, day, until, notice_version, language = "en";
};

// The day in India: half past five ahead of UTC, always.
std::string Today() { return absl::FormatTime("%Y-%m-%d", SystemClock().Now(), absl::FixedTimeZone(5 * 3600 + 1800)); }

Table ConsentTable(const std::vector<node::v1::Consent>& consents) {
  Table table{{"name", "purpose", "decision", "decision_date", "until_date", "notice_version", "language", "notice"},
              {}};
  for (const node::v1::Consent& each : consents) {
    table.rows.push_back({each.name(), WordOf(node::v1::ConsentPurpose_descriptor(), each.purpose()),
                          WordOf(node::v1::ConsentDecision_descriptor(), each.decision()),
                          DayText(each.decision_date()), TextOrNothing(DayText(each.until_date())),
                          TextOrNothing(each.notice_version()), TextOrNothing(each.language()),
                          TextOrNothing(Hex(each.notice_digest()))});
  }
  return table;
}

absl::StatusOr<int> Decide(const Session& session, const Decision& wish, node::v1::ConsentDecision decision) {
  node::v1::CreateConsentRequest request;
  request.set_parent(wish.member);
  request.set_request_id(NewRequestId());
  node::v1::Consent& consent = *request.mutable_consent();
  ASSIGN_OR_RETURN(const int purpose, NumberOf(node::v1::ConsentPurpose_descriptor(), wish.purpose, "--purpose"));
  consent.set_purpose(static_cast<node::v1::ConsentPurpose>(purpose));
  consent.set_decision(decision);
  ASSIGN_OR_RETURN(*consent.mutable_decision_date(), ParseDay(wish.day.empty() ? Today() : wish.day, "--day"));
  if (decision == node::v1::CONSENT_DECISION_GIVEN) {
    if (!wish.until.empty()) {
      ASSIGN_OR_RETURN(*consent.mutable_until_date(), ParseDay(wish.until, "--until"));
    }
    consent.set_notice_version(wish.notice_version);
    consent.set_language(wish.language);
  }
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kCaseworker));
  const auto stub = MemberService::NewStub(channel->grpc());
  ASSIGN_OR_RETURN(const node::v1::Consent made,
                   channel->Call(stub.get(), &MemberService::Stub::CreateConsent, request));
  session.output().PrintObject(ConsentTable({made}));
  return kExitOk;
}

absl::StatusOr<int> ListConsents(const Session& session, const std::string& member) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kCaseworker));
  const auto stub = MemberService::NewStub(channel->grpc());
  node::v1::ListConsentsRequest request;
  request.set_parent(member);
  request.set_page_size(200);
  std::vector<node::v1::Consent> all;
  do {
    ASSIGN_OR_RETURN(const node::v1::ListConsentsResponse page,
                     channel->Call(stub.get(), &MemberService::Stub::ListConsents, request));
    all.insert(all.end(), page.consents().begin(), page.consents().end());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  session.output().Print(ConsentTable(all));
  return kExitOk;
}

Table NoticeTable(const std::vector<node::v1::Notice>& notices, bool with_text) {
  Table table{{"name", "purpose", "version", "language", "digest"}, {}};
  if (with_text) table.columns.push_back("text");
  for (const node::v1::Notice& each : notices) {
    auto& row = table.rows.emplace_back();
    row = {each.name(), WordOf(node::v1::ConsentPurpose_descriptor(), each.purpose()), each.version(), each.language(),
           Hex(each.digest())};
    if (with_text) row.push_back(each.text());
  }
  return table;
}

struct NewNotice {
  std::string file, purpose, version, language;
};

absl::StatusOr<int> AddNotice(const Session& session, const NewNotice& wish) {
  std::ifstream file(wish.file, std::ios::binary);
  if (!file.is_open()) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "the file can not be read")
        .Field("file", "must be a text file in UTF-8");
  }
  node::v1::CreateNoticeRequest request;
  node::v1::Notice& notice = *request.mutable_notice();
  ASSIGN_OR_RETURN(const int purpose, NumberOf(node::v1::ConsentPurpose_descriptor(), wish.purpose, "--purpose"));
  notice.set_purpose(static_cast<node::v1::ConsentPurpose>(purpose));
  notice.set_version(wish.version);
  notice.set_language(wish.language);
  notice.set_text(std::string{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()});
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kSteward));
  const auto stub = NoticeService::NewStub(channel->grpc());
  ASSIGN_OR_RETURN(const node::v1::Notice made, channel->Call(stub.get(), &NoticeService::Stub::CreateNotice, request));
  session.output().PrintObject(NoticeTable({made}, false));
  return kExitOk;
}

absl::StatusOr<int> ListNotices(const Session& session) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kSteward));
  const auto stub = NoticeService::NewStub(channel->grpc());
  node::v1::ListNoticesRequest request;
  std::vector<node::v1::Notice> all;
  do {
    ASSIGN_OR_RETURN(const node::v1::ListNoticesResponse page,
                     channel->Call(stub.get(), &NoticeService::Stub::ListNotices, request));
    all.insert(all.end(), page.notices().begin(), page.notices().end());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  session.output().Print(NoticeTable(all, false));
  return kExitOk;
}

absl::StatusOr<int> ShowNotice(const Session& session, const std::string& name) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kSteward));
  const auto stub = NoticeService::NewStub(channel->grpc());
  node::v1::GetNoticeRequest request;
  request.set_name(name);
  ASSIGN_OR_RETURN(const node::v1::Notice notice, channel->Call(stub.get(), &NoticeService::Stub::GetNotice, request));
  session.output().PrintObject(NoticeTable({notice}, true));
  return kExitOk;
}

// What giving and withdrawing both take; giving takes more.
std::shared_ptr<Decision> AddDecision(CLI::App& command) {
  auto wish = std::make_shared<Decision>();
  command.add_option("member", wish->member, "members/{member}")->required();
  command.add_option("--purpose", wish->purpose, "what for")
      ->required()
      ->check(CLI::IsMember(WordsOf(node::v1::ConsentPurpose_descriptor())));
  command.add_option("--day", wish->day, "day of her decision, 2026-08-03; none: today");
  return wish;
}

}  // namespace

void AddConsent(CLI::App& app, Session& session) {
  CLI::App* consent = AddCommand(app, "consent", "What a member agrees to (caseworker)",
                                 "aangan consent withdraw members/4f6k... --purpose be_counted");
  consent->require_subcommand(1);
  CLI::App* give = AddCommand(*consent, "give", "Record that she agrees",
                              "aangan consent give members/4f6k... --purpose be_counted --notice-version 2026.1 "
                              "--language hi");
  const auto given = AddDecision(*give);
  give->add_option("--until", given->until, "last day on which it holds; none: until she withdraws it");
  give->add_option("--notice-version", given->notice_version, "version of the notice that she heard")->required();
  give->add_option("--language", given->language, "language of the notice")->capture_default_str();
  give->callback([&session, given] {
    session.run = [&session, given] { return Decide(session, *given, node::v1::CONSENT_DECISION_GIVEN); };
  });
  CLI::App* withdraw = AddCommand(*consent, "withdraw", "Record that she takes it back",
                                  "aangan consent withdraw members/4f6k... --purpose be_counted");
  const auto withdrawn = AddDecision(*withdraw);
  withdraw->callback([&session, withdrawn] {
    session.run = [&session, withdrawn] { return Decide(session, *withdrawn, node::v1::CONSENT_DECISION_WITHDRAWN); };
  });
  CLI::App* list = AddCommand(*consent, "list", "List a member's decisions", "aangan consent list members/4f6k...");
  auto member = std::make_shared<std::string>();
  list->add_option("member", *member, "members/{member}")->required();
  list->callback([&session, member] { session.run = [&session, member] { return ListConsents(session, *member); }; });
}

void AddNotice(CLI::App& app, Session& session) {
  CLI::App* notice =
      AddCommand(app, "notice", "The words that members hear before they agree (steward)", "aangan notice list");
  notice->require_subcommand(1);
  CLI::App* add = AddCommand(*notice, "add", "Add a notice; it can not be changed, only followed by a new version",
                             "aangan notice add deploy/notices/be_counted.hi.txt --purpose be_counted --version 2026.1 "
                             "--language hi");
  auto wish = std::make_shared<NewNotice>();
  add->add_option("file", wish->file, "a text file in UTF-8")->required();
  add->add_option("--purpose", wish->purpose, "what for")
      ->required()
      ->check(CLI::IsMember(WordsOf(node::v1::ConsentPurpose_descriptor())));
  add->add_option("--version", wish->version, "name of this version, for example 2026.1")->required();
  add->add_option("--language", wish->language, "a code of the list \"language\"")->required();
  add->callback([&session, wish] { session.run = [&session, wish] { return AddNotice(session, *wish); }; });
  CLI::App* list = AddCommand(*notice, "list", "List the notices that the node holds", "aangan notice list");
  list->callback([&session] { session.run = [&session] { return ListNotices(session); }; });
  CLI::App* show =
      AddCommand(*notice, "show", "Show a notice's words", "aangan notice show notices/be_counted-2026.1-hi");
  auto name = std::make_shared<std::string>();
  show->add_option("name", *name, "notices/{notice}")->required();
  show->callback([&session, name] { session.run = [&session, name] { return ShowNotice(session, *name); }; });
}

}  // namespace aangan::client
