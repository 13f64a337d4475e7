// SPDX-License-Identifier: Apache-2.0
// The one way by which records of members are shown: found, noted in the audit log, and answered when the note is on
// disk. A note that can not be made durable (a full disk, a full queue, the end of the program) is the answer instead
// (docs/decisions/0015).
//
// A record and a list of one member's records leave one entry each; a page of members, or one that says something about
// members here and there, leaves one for each member on it, so that each finds it in her own log. Entries hold names of
// resources alone.
// Threads: thread-safe; answers come on the store's sequencer. Errors: those of NodeStore.
#ifndef AANGAN_SERVER_NODE_READ_NOTE_H_
#define AANGAN_SERVER_NODE_READ_NOTE_H_

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "server/node/request_rules.h"
#include "server/shared/door.h"
#include "server/shared/etag.h"
#include "server/shared/page_token.h"
#include "server/shared/paging.h"
#include "storage/node/change.h"
#include "storage/node/node_store.h"

namespace aangan::node {

// Answers with what was found once the note is durable.
template <typename Response>
void AnswerWhenNoted(storage::node::NodeStore* store, storage::node::ReadNote note, Response response,
                     server::Done<Response> done) {
  const auto answer = std::make_shared<Response>(std::move(response));
  store->Submit(std::move(note), [answer, done = std::move(done)](absl::StatusOr<storage::node::Committed> noted) {
    if (!noted.ok()) return done(noted.status());
    done(std::move(*answer));
  });
}

// A page of something else that says something about these members: "members/{member}/{what}" in the log of each.
// Nothing is noted where it is about nobody.
template <typename Response>
void AnswerAbout(storage::node::NodeStore* store, const server::Call& call, const std::set<model::Id>& members,
                 absl::string_view what, Response response, server::Done<Response> done) {
  if (members.empty()) return done(std::move(response));
  storage::node::ReadNote note{storage::node::Action::kListed, ActorOf(call), {}};
  for (const model::Id& member : members) {
    const std::string name = model::RecordNameText({model::RecordKind::kMember, member, member});
    note.shown.push_back({absl::StrCat(name, "/", what), member});
  }
  AnswerWhenNoted(store, std::move(note), std::move(response), std::move(done));
}

// One record, if `check` (where there is one) lets it. NOT_FOUND leaves no note: nothing is shown.
template <typename Response, typename Message>
absl::Status ShowRecord(storage::node::NodeStore* store, const std::string& actor, const model::RecordName& name,
                        const Message& message, const server::Done<Response>& done,
                        const std::function<absl::Status(const storage::node::Found&)>& check = nullptr) {
  ASSIGN_OR_RETURN(const storage::node::Found found, store->Get(name));
  if (check) RETURN_IF_ERROR(check(found));
  AnswerWhenNoted<Response>(store, {storage::node::Action::kRead, actor, {{model::RecordNameText(name), name.member}}},
                            message(found), done);
  return absl::OkStatus();
}

// Which list: of all members, or of all who are sealed (then `member` is not looked at), or of one kind of records of
// one.
struct RecordList {
  bool OfAll() const { return kind == model::RecordKind::kMember || kind == model::RecordKind::kSealedState; }
  model::RecordKind kind = model::RecordKind::kMember;
  model::Id member;
  std::string name;  // "members", "members/{member}/services"
};

// The id that a page of records goes on behind; none at the beginning.
inline std::optional<model::Id> IdBefore(const Page& page) {
  if (page.after.size() != sizeof(model::Id::bytes)) return std::nullopt;
  model::Id after;
  std::copy(page.after.begin(), page.after.end(), after.bytes.begin());
  return after;
}

// A page of what was found, by id: one more than fits, so that the last page has no token. `token_list` names the list
// to page tokens, with every argument that must stay the same.
template <typename Response, typename Append>
absl::Status ShowPage(storage::node::NodeStore* store, const server::PageTokens& tokens, const server::Call& call,
                      const RecordList& list, absl::string_view token_list, const Page& page,
                      std::vector<storage::node::Found> found, Append append, const server::Done<Response>& done) {
  Response response;
  const bool more = found.size() > page.size;
  if (more) found.resize(page.size);
  storage::node::ReadNote note{storage::node::Action::kListed, ActorOf(call), {}};
  for (const storage::node::Found& each : found) {
    append(response, each);
    if (list.OfAll()) {
      note.shown.push_back({model::RecordNameText(each.name), each.name.member});
    }
  }
  if (!list.OfAll()) {
    note.shown.push_back({list.name, list.member});
  } else if (note.shown.empty()) {
    note.shown.push_back({list.name, std::nullopt});
  }
  if (more) {
    const auto& last = found.back().name.id.bytes;
    response.set_next_page_token(
        NextPage(tokens, call, token_list, {reinterpret_cast<const char*>(last.data()), last.size()}));
  }
  AnswerWhenNoted<Response>(store, std::move(note), std::move(response), done);
  return absl::OkStatus();
}

// A page of a list as the store has it.
template <typename Response, typename Append>
absl::Status ShowRecords(storage::node::NodeStore* store, const server::PageTokens& tokens, const server::Call& call,
                         const RecordList& list, const Page& page, Append append, const server::Done<Response>& done) {
  ASSIGN_OR_RETURN(std::vector<storage::node::Found> found,
                   store->List(list.kind, list.member, IdBefore(page), page.size + 1));
  return ShowPage<Response>(store, tokens, call, list, list.name, page, std::move(found), append, done);
}

// After the commit: the record as it stands on disk. A repeat wrote nothing now, so it is a reading and noted as one.
// Its etag is the one that the first request brought: a caller whose answer was lost goes on from there, and must not
// write over what somebody else changed meanwhile and she never saw.
template <typename Response>
storage::node::Done FinishWith(storage::node::NodeStore* store, const server::Call& call, model::RecordName name,
                               Response (*message)(const storage::node::Found&), server::Done<Response> done) {
  return [store, actor = ActorOf(call), name, message,
          done = std::move(done)](absl::StatusOr<storage::node::Committed> committed) {
    if (!committed.ok()) return done(committed.status());
    if (committed->repeated) {
      return OrFail(done, [&] {
        const auto as_first = [message, &committed](const storage::node::Found& found) {
          Response response = message(found);
          if (!committed->versions.empty()) response.set_etag(server::EtagText(committed->versions.front()));
          return response;
        };
        return ShowRecord(store, actor, committed->names.empty() ? name : committed->names.front(), as_first, done);
      });
    }
    absl::StatusOr<storage::node::Found> found = store->Get(name);
    if (!found.ok()) return done(found.status());
    done(message(*found));
  };
}

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_READ_NOTE_H_
