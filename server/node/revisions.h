// SPDX-License-Identifier: Apache-2.0
// What a record said before it was changed, as pages for whoever may read the record, and as a list of corrections for
// the member's summary. AIP-162: a revision holds the record as it was (a snapshot) and is named under it.
// Threads: as the store; answers come on its sequencer. Errors: those of NodeStore and of pages.
#ifndef AANGAN_SERVER_NODE_REVISIONS_H_
#define AANGAN_SERVER_NODE_REVISIONS_H_

#include <string>
#include <utility>
#include <vector>

#include "aangan/node/v1/grievances.pb.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/message.h"
#include "server/node/convert.h"
#include "server/node/member_rpc.h"
#include "server/node/read_note.h"
#include "storage/node/node_store.h"

namespace aangan::node {

// "members/{m}/services/{s}/revisions": the list's name.
inline std::string RevisionsOf(const model::RecordName& name) {
  return absl::StrCat(model::RecordNameText(name), "/revisions");
}

// A record as it was, and as what followed it says.
struct Replaced {
  storage::node::Found before;
  storage::node::Found after;
};

// Paths of fields in which the two differ, "birth_year", "details.address"; not what every change changes (etag,
// update_time). Both of one type.
std::vector<std::string> ChangedPaths(const google::protobuf::Message& before, const google::protobuf::Message& after);

// A page of replaced forms, newest first; `page.after` holds the version of the last one that was shown.
absl::StatusOr<std::vector<Replaced>> ReplacedForms(const storage::node::NodeStore& store,
                                                    const model::RecordName& name, const std::string& after,
                                                    size_t limit);
std::string VersionText(const storage::node::Found& found);
int64_t UpdateTimeMicros(const storage::node::Found& found);

// Corrections of the member's record, services and assessments, newest first.
absl::StatusOr<std::vector<v1::Correction>> CorrectionsOf(const storage::node::NodeStore& store,
                                                          const storage::node::Found& member, size_t limit);

// `page` is one of RevisionsOf(name). `message` makes the API's form of a record; `append` gives the revision to fill,
// or null to leave it out.
template <typename Response, typename Message, typename Append>
absl::Status ShowRevisions(const RecordRooms& rooms, const server::Call& call, const model::RecordName& name,
                           const Page& page, Message (*message)(const storage::node::Found&), Append append,
                           const server::Done<Response>& done) {
  const std::string list = RevisionsOf(name);
  ASSIGN_OR_RETURN(std::vector<Replaced> forms, ReplacedForms(*rooms.store, name, page.after, page.size + 1));
  Response response;
  if (forms.size() > page.size) {
    forms.resize(page.size);
    response.set_next_page_token(NextPage(*rooms.page_tokens, call, list, VersionText(forms.back().before)));
  }
  for (const Replaced& form : forms) {
    auto* const revision = append(response, form.before);
    if (revision == nullptr) continue;
    const Message before = message(form.before);
    revision->set_name(absl::StrCat(list, "/", VersionText(form.before)));
    *revision->mutable_snapshot() = before;
    *revision->mutable_replace_time() = TimestampFromMicros(UpdateTimeMicros(form.after));
    for (std::string& path : ChangedPaths(before, message(form.after))) revision->add_replaced_paths(std::move(path));
  }
  AnswerWhenNoted<Response>(rooms.store, {storage::node::Action::kListed, ActorOf(call), {{list, name.member}}},
                            std::move(response), done);
  return absl::OkStatus();
}

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_REVISIONS_H_
