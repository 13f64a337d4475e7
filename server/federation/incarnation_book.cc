// SPDX-License-Identifier: Apache-2.0
// What was seen of each collective's node.
#include "server/federation/incarnation_book.h"

#include <algorithm>
#include <utility>

#include "base/digest.h"
#include "base/log.h"
#include "base/status.h"
#include "model/canonical_message.h"
#include "privacy/twins.h"

namespace aangan::federation {
namespace {

using store::v1::StoredIncarnations;

constexpr char kPrefix[] = "incarnations/";

template <typename Rows>
void DropOldest(Rows* rows, int most) {
  if (rows->size() > most) rows->DeleteSubrange(0, rows->size() - most);
}

// The object that came last of an incarnation behind this one; null when this one is the newest, or new.
const v1::SeenObject* SpokeLater(const StoredIncarnations& kept, const std::string& incarnation) {
  const auto& lives = kept.seen().incarnations();
  if (lives.empty() || lives.rbegin()->id() == incarnation) return nullptr;
  const bool known =
      std::any_of(lives.begin(), lives.end(), [&](const auto& life) { return life.id() == incarnation; });
  if (!known) return nullptr;
  const auto& objects = kept.objects();
  const auto last = std::find_if(objects.rbegin(), objects.rend(), [&](const v1::SeenObject& each) {
    return each.incarnation() == lives.rbegin()->id();
  });
  return last == objects.rend() ? nullptr : &*last;
}

v1::Twin FindTwin(const std::string& collective, const v1::SeenObject& object, const StoredIncarnations& kept) {
  v1::Twin twin;
  twin.set_collective(collective);
  *twin.mutable_second() = object;
  for (const v1::SeenObject& there : kept.objects()) {
    twin.set_kind(privacy::TwinKindOf(there, object));
    if (twin.kind() == v1::TWIN_KIND_UNSPECIFIED) continue;
    *twin.mutable_first() = there;
    return twin;
  }
  if (const v1::SeenObject* later = SpokeLater(kept, object.incarnation())) {
    twin.set_kind(v1::TWIN_KIND_OLD_INCARNATION);
    *twin.mutable_first() = *later;
  }
  return twin;
}

bool IsNoted(const StoredIncarnations& kept, const v1::Twin& twin) {
  const auto& twins = kept.seen().twins();
  return twins.size() >= kTwinsMax || std::any_of(twins.begin(), twins.end(), [&](const v1::Twin& each) {
           return each.kind() == twin.kind() && each.second().period() == twin.second().period();
         });
}

void Remember(const v1::SeenObject& object, StoredIncarnations& kept) {
  *kept.add_objects() = object;
  DropOldest(kept.mutable_objects(), kSeenObjectsMax);
  auto& lives = *kept.mutable_seen()->mutable_incarnations();
  auto life = std::find_if(lives.begin(), lives.end(), [&](const auto& l) { return l.id() == object.incarnation(); });
  if (life == lives.end()) {
    v1::Incarnation& made = *lives.Add();
    made.set_id(object.incarnation());
    *made.mutable_first_time() = object.receive_time();
    DropOldest(&lives, kIncarnationsMax);
    life = lives.end() - 1;
  }
  *life->mutable_last_time() = object.receive_time();
  life->set_counter(std::max(life->counter(), object.counter()));
}

}  // namespace

v1::Twin TakeIn(const std::string& collective, const v1::SeenObject& object, StoredIncarnations& kept) {
  const auto& objects = kept.objects();
  const auto same = [&](const v1::SeenObject& each) { return privacy::SameObject(each, object); };
  if (std::any_of(objects.begin(), objects.end(), same)) return {};
  v1::Twin twin = FindTwin(collective, object, kept);
  kept.mutable_seen()->set_collective(collective);
  Remember(object, kept);
  if (twin.kind() == v1::TWIN_KIND_UNSPECIFIED || IsNoted(kept, twin)) return {};
  *kept.mutable_seen()->add_twins() = twin;
  return twin;
}

void IncarnationBook::Note(const std::string& collective, const v1::SeenObject& object) const {
  const absl::Status noted = UntilUncontested([&] { return NoteOnce(collective, object); });
  if (!noted.ok()) LogError("incarnations", "not noted").Name("collective", collective).Status(noted);
}

absl::Status IncarnationBook::NoteOnce(const std::string& collective, const v1::SeenObject& object) const {
  const std::string key = absl::StrCat(kPrefix, collective);
  ASSIGN_OR_RETURN(const auto before, ReadStored<StoredIncarnations>(*store_, Table::kSettings, key));
  StoredIncarnations kept = before ? before->value : StoredIncarnations();
  const int known = kept.seen().incarnations_size();
  v1::SeenObject seen = object;
  seen.mutable_receive_time()->set_seconds(absl::ToUnixSeconds(clock_->Now()));
  const v1::Twin twin = TakeIn(collective, seen, kept);
  std::vector<Write> writes = {{Table::kSettings, key, kept.SerializeAsString()}};
  if (before && before->bytes == *writes[0].value) return absl::OkStatus();
  std::vector<Condition> conditions = {Unchanged(Table::kSettings, key, before)};
  const bool is_twin = twin.kind() != v1::TWIN_KIND_UNSPECIFIED;
  if (is_twin) {
    ASSIGN_OR_RETURN(const std::string canonical, model::CanonicalMessage(twin));
    RETURN_IF_ERROR(
        log_->Add({MakeEntry(v1::LOG_ENTRY_KIND_TWIN, twin.second().period(), collective, Sha256(canonical), "")},
                  &writes, &conditions));
  }
  RETURN_IF_ERROR(store_->Commit(writes, conditions));
  if (is_twin) {
    LogError("incarnations", "a twin of a collective's node speaks")
        .Name("collective", collective)
        .Name("period", twin.second().period())
        .Number("kind", twin.kind());
  } else if (known > 0 && kept.seen().incarnations_size() > known) {
    LogInfo("incarnations", "a node speaks that was restored").Name("collective", collective);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<v1::CollectiveIncarnations>> IncarnationBook::List(const std::string& after,
                                                                              size_t limit) const {
  ASSIGN_OR_RETURN(std::vector<Entry> rows,
                   store_->List(Table::kSettings, kPrefix, after.empty() ? "" : absl::StrCat(kPrefix, after), limit));
  std::vector<v1::CollectiveIncarnations> all;
  for (Entry& row : rows) {
    ASSIGN_OR_RETURN(Stored<StoredIncarnations> stored, ParseStored<StoredIncarnations>(std::move(row)));
    v1::CollectiveIncarnations& one = all.emplace_back(std::move(*stored.value.mutable_seen()));
    if (!stored.value.objects().empty())
      *one.mutable_last_object() = std::move(*stored.value.mutable_objects()->rbegin());
  }
  return all;
}

}  // namespace aangan::federation
