// SPDX-License-Identifier: Apache-2.0
// A node whose folder was copied at any step of a round (protocol.md, Restore): the original goes on from that moment,
// and the copy is started in its own folder, before it, behind it or beside it, in an order that a seed tells. The
// federation shows each of them the two freezes in an order of its own. What leaves from both together must be as if
// there were one node, and neither counts less as spent than it did.
//
// The control leaves out the question where the folder lies: the same check must find second contributions and second
// answers.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <system_error>
#include <vector>

#include "tests/support/lying_federation.h"
#include "tests/support/status_matchers.h"

namespace aangan {
namespace {

namespace fed = federation::v1;
namespace fs = std::filesystem;
using storage::node::OnceStore;
using storage::node::Stage;
using tests::AllBut;
using tests::IsOk;
using tests::kLiarQuarter;
using tests::LyingFederation;

constexpr int kPlace = 0;
constexpr int kShards = 10;
constexpr int kSeedsEach = 52;

// What somebody else has seen of one period.
struct Left {
  std::set<std::string> contributions;
  std::set<std::string> answers;
};

// Of the disk: once/ with the note of where it lies, and the key files.
struct Image {
  std::string from;
  Left left;
  bool answering = false;
};

// One of two that take themselves for the node.
struct Actor {
  tests::LiarNode node;
  int64_t budget_left = 0;
  size_t step = 0;
  std::vector<fed::Round> freezes;
};

// Stores are opened thousands of times and no power is cut, so they lie in memory where there is room for it.
class InMemory {
 public:
  InMemory() {
    std::error_code error;
    if (fs::space("/dev/shm", error).available < (uint64_t{1} << 30) || error) return;
    if (const char* before = getenv("TMPDIR"); before != nullptr) before_ = before;
    setenv("TMPDIR", "/dev/shm", 1);
    changed_ = true;
  }
  ~InMemory() {
    if (changed_ && before_) setenv("TMPDIR", before_->c_str(), 1);
    if (changed_ && !before_) unsetenv("TMPDIR");
  }
  InMemory(const InMemory&) = delete;
  InMemory& operator=(const InMemory&) = delete;

 private:
  std::optional<std::string> before_;
  bool changed_ = false;
};

class Clones : public ::testing::TestWithParam<int> {
 protected:
  Clones() {
    liar_.homes = true;
    liar_.Reopen(kPlace);
    for (int i = 0; i < 3; ++i) liar_.AddMember(kPlace);
    liar_.Announce();
    for (int place = 1; place < 5; ++place) liar_.Contribute(place);
    cap_ = liar_.ground().catalogue->source.nano_rho_cap();
    // Records and identity as they are, without what may happen only once.
    liar_.SaveImage(kPlace, rest_);
    for (const char* part : {"once", "round_keys"}) fs::remove_all(rest_ + "/" + part);
    liar_.random().before_fill = [this](size_t) { TakeImage(); };
    liar_.tamper_shares = [this](int place, std::vector<fed::Share>&) {
      if (place == kPlace) TakeImage();
    };
    Live();
    liar_.random().before_fill = nullptr;
    liar_.tamper_shares = nullptr;
  }

  std::string folder() { return liar_.node(kPlace).folder->path(); }
  OnceStore& once() { return *liar_.node(kPlace).once; }

  // --- one life, with an image of each moment at which the disk was another one
  std::string Fingerprint() {
    std::set<std::string> files;
    for (const char* part : {"once", "round_keys"}) {
      for (const auto& file : fs::recursive_directory_iterator(folder() + "/" + part)) {
        std::error_code gone;
        if (!file.is_regular_file(gone) || file.path().filename().string().rfind("LOG", 0) == 0) continue;
        const auto written = file.last_write_time(gone).time_since_epoch().count();
        const auto size = file.file_size(gone);
        if (!gone) files.insert(file.path().string() + " " + std::to_string(size) + " " + std::to_string(written));
      }
    }
    std::string print;
    for (const std::string& file : files) print += file + "\n";
    return print;
  }
  void TakeImage() {
    const std::string print = Fingerprint();
    if (!images_.empty() && print == last_ && images_.back().left.contributions == left_.contributions &&
        images_.back().left.answers == left_.answers)
      return;
    last_ = print;
    const std::string to = folders_ / std::to_string(images_.size());
    // After a start the engine takes files away that it needs no more, at a time of its own: then once again.
    std::error_code gone;
    do {
      gone.clear();
      fs::remove_all(to);
      fs::create_directories(to);
      for (const char* part : {"once", "round_keys"}) {
        if (!gone) fs::copy(folder() + "/" + part, to + "/" + part, fs::copy_options::recursive, gone);
      }
    } while (gone == std::errc::no_such_file_or_directory);
    ASSERT_FALSE(gone) << gone.message();
    images_.push_back({to, left_, answering_});
  }
  // The store of one moment with the key files of the one before: between a batch and the end of a key.
  void AddMixedImages() {
    const size_t pure = images_.size();
    for (size_t i = 1; i < pure; ++i) {
      const std::string to = folders_ / ("mixed" + std::to_string(i));
      fs::copy(images_[i].from, to, fs::copy_options::recursive);
      for (const char* keys : {"/round_keys", "/once/draw_keys"}) {
        fs::remove_all(to + keys);
        fs::copy(images_[i - 1].from + keys, to + keys, fs::copy_options::recursive);
      }
      images_.push_back({to, images_[i].left, images_[i].answering});
    }
  }
  void Live() {
    for (size_t step = 0; step < kStepsOfContribution; ++step) {
      Contribute(step);
      TakeImage();
    }
    ASSERT_EQ(left_.contributions.size(), 1u);
    liar_.PassWindow();
    answering_ = true;
    TakeImage();
    liar_.answers_lost = 1;
    EXPECT_FALSE(liar_.Show(kPlace, liar_.Frozen(AllBut(5, {}))).ok());
    TakeImage();
    Show(liar_.Frozen(AllBut(5, {})));
    TakeImage();
    ASSERT_EQ(left_.answers.size(), 1u);
    AddMixedImages();
    EXPECT_GT(images_.size(), 16u);
  }

  // --- what a node can do, whether it may or not
  static constexpr size_t kStepsOfContribution = 4;
  void Contribute(size_t step) {
    node::CloseAgent& close = *liar_.node(kPlace).close;
    const auto entry = once().GetRound(kLiarQuarter);
    ASSERT_THAT(entry, IsOk());
    if (step == 0) close.Close(kLiarQuarter, "tokens/test").status().IgnoreError();
    if (step == 1) close.Look(kLiarQuarter).status().IgnoreError();
    if (step == 2) {
      close.Approve(kLiarQuarter, AsText(entry->proposal_digest), "tokens/test").status().IgnoreError();
    }
    if (step != 3 || entry->contribution.empty()) return;
    left_.contributions.insert(entry->contribution);
    liar_.sent()[kPlace] = entry->contribution;
    if (taking_) TakeImage();  // it has arrived, and the node does not know
    EXPECT_THAT(once().MarkSent(kLiarQuarter, "receipt"), IsOk());
  }
  // Two copies may hold different words of what is in the freeze; only what leaves counts.
  void Show(const fed::Round& frozen) {
    const size_t before = AnswersSoFar();
    liar_.Show(kPlace, frozen).IgnoreError();
    for (size_t i = before; i < AnswersSoFar(); ++i) left_.answers.insert(liar_.answers().at(kPlace)[i]);
  }
  size_t AnswersSoFar() const {
    const auto sent = liar_.answers().find(kPlace);
    return sent == liar_.answers().end() ? 0 : sent->second.size();
  }

  // --- two of them
  // The original as it was at that moment, on its own disk.
  void BringBack(const Image& image) {
    liar_.node(kPlace).Close();
    fs::remove_all(folder() + "/round_keys");
    for (const auto& part : fs::directory_iterator(folder() + "/once")) {
      if (part.path().filename() != "home") fs::remove_all(part.path());
    }
    fs::copy(image.from, folder(), fs::copy_options::recursive | fs::copy_options::skip_existing);
    liar_.Reopen(kPlace);
    left_ = image.left;
    if (!left_.contributions.empty()) liar_.sent()[kPlace] = *left_.contributions.begin();
  }
  Actor CopyOf(const Image& image) {
    Actor copy;
    copy.node.id = liar_.node(kPlace).id;
    copy.node.folder = std::make_unique<tests::TempDir>();
    for (const std::string& from : {rest_, image.from})
      fs::copy(from, copy.node.folder->path(), fs::copy_options::recursive);
    return copy;
  }
  int64_t BudgetLeft() { return once().BudgetLeft({2027, 2}, cap_); }
  // The breaches, in words, when this seed's pair has lived to its end.
  std::set<std::string> LiveTwice(unsigned seed, bool ask_the_copy) {
    std::mt19937 draw(seed);
    const Image& image = images_[draw() % images_.size()];
    SCOPED_TRACE(image.from);
    std::set<std::string> breaches;
    liar_.homes = true;
    BringBack(image);
    EXPECT_EQ(once().restore_time_us(), 0) << "the original was taken for a copy";
    const auto incarnation = once().incarnation();
    Actor original;
    Actor copy = CopyOf(image);
    original.budget_left = copy.budget_left = BudgetLeft();
    const unsigned order = draw() % 3;  // the original first, the copy first, side by side
    const size_t first = image.answering ? kStepsOfContribution : 0;
    original.step = copy.step = first;
    const size_t steps = kStepsOfContribution + 3;
    while (original.step < steps || copy.step < steps) {
      bool copys_turn = order == 2 ? draw() % 2 == 0 : order == 1;
      if ((copys_turn ? copy : original).step == steps) copys_turn = !copys_turn;
      Actor& actor = copys_turn ? copy : original;
      if (copys_turn) std::swap(liar_.node(kPlace), copy.node);
      if (copys_turn && liar_.node(kPlace).once == nullptr) {
        liar_.homes = ask_the_copy;
        liar_.Reopen(kPlace);
      }
      TakeStep(actor, draw);
      if (BudgetLeft() > actor.budget_left) breaches.insert("spent budget fell");
      actor.budget_left = BudgetLeft();
      if (copys_turn) std::swap(liar_.node(kPlace), copy.node);
    }
    if (left_.contributions.size() > 1) breaches.insert("two contributions left");
    if (left_.answers.size() > 1) breaches.insert("two answers left");
    if (left_.contributions.empty() || left_.answers.empty()) breaches.insert("the original was kept from its round");
    if (copy.budget_left > original.budget_left) breaches.insert("the copy counts less than was spent");
    if (copy.node.once->incarnation() == incarnation) breaches.insert("two of one incarnation");
    if (ask_the_copy) StartCopyAgain(copy);
    return breaches;
  }
  void TakeStep(Actor& actor, std::mt19937& draw) {
    if (actor.step < kStepsOfContribution) {
      Contribute(actor.step++);
      return;
    }
    // Each is shown both freezes, in an order of its own, and one of them again.
    if (actor.freezes.empty()) {
      actor.freezes = {liar_.Frozen(AllBut(5, {})), liar_.Frozen({0, 1, 2, 4})};
      if (draw() % 2 == 0) std::swap(actor.freezes[0], actor.freezes[1]);
      actor.freezes.push_back(actor.freezes[0]);
    }
    Show(actor.freezes[actor.step++ - kStepsOfContribution]);
  }
  // It is at home now: another start is no other restore.
  void StartCopyAgain(Actor& copy) {
    const auto incarnation = copy.node.once->incarnation();
    const int64_t moment = copy.node.once->restore_time_us();
    EXPECT_GT(moment, 0);
    EXPECT_TRUE(copy.node.once->SitsOut(kLiarQuarter));
    std::swap(liar_.node(kPlace), copy.node);
    liar_.clock().Advance(absl::Seconds(1));
    liar_.Reopen(kPlace);
    EXPECT_EQ(once().incarnation(), incarnation);
    EXPECT_EQ(once().restore_time_us(), moment);
    std::swap(liar_.node(kPlace), copy.node);
  }

  const InMemory in_memory_;
  LyingFederation liar_{5};
  const tests::TempDir folders_;
  const std::string rest_ = folders_ / "rest";
  std::vector<Image> images_;
  std::string last_;
  Left left_;
  bool taking_ = true;
  bool answering_ = false;
  int64_t cap_ = 0;
};

TEST_P(Clones, TwoThatTakeThemselvesForOneNodeSayWhatOneWouldSay) {
  taking_ = false;
  for (int i = 0; i < kSeedsEach; ++i) {
    const unsigned seed = static_cast<unsigned>(GetParam() * kSeedsEach + i);
    SCOPED_TRACE(seed);
    EXPECT_EQ(LiveTwice(seed, true), std::set<std::string>());
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, Clones, ::testing::Range(0, kShards));

using ClonesControl = Clones;

TEST_P(ClonesControl, WithoutAskingWhereItLiesTheSameCheckFindsThem) {
  taking_ = false;
  std::set<std::string> found;
  for (unsigned seed = 0; seed < kSeedsEach / 2; ++seed) found.merge(LiveTwice(seed, false));
  for (const char* breach : {"two contributions left", "two answers left", "two of one incarnation"})
    EXPECT_TRUE(found.contains(breach)) << breach;
}

INSTANTIATE_TEST_SUITE_P(Once, ClonesControl, ::testing::Values(0));

}  // namespace
}  // namespace aangan
