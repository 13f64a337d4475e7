// SPDX-License-Identifier: Apache-2.0
// Killed at every step (privacy-reference.md 12, 7). A node's once/ and key files are copied whenever they have changed
// at a call that it makes for randomness or to the federation, as SIGKILL would leave them there; then it starts again
// from each copy and goes on, before a federation that makes the most of it: the other freeze is shown first. What has
// left, from before the kill and after it together, must be as if nothing had happened.
//
// The control is a node of the test's own on the same stores, with its steps in every order: the same check must find a
// breach in each order but that of the product. (With processes and signals: upload_kill_test, node_store_kill_test.)
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "model/roster.h"
#include "tests/support/lying_federation.h"
#include "tests/support/status_matchers.h"

namespace aangan {
namespace {

namespace fed = federation::v1;
namespace fs = std::filesystem;
using storage::node::OnceStore;
using storage::node::RoundKeys;
using storage::node::Stage;
using tests::AllBut;
using tests::IsOk;
using tests::kLiarQuarter;
using tests::LyingFederation;

// Everything of one period that somebody else has seen.
struct Left {
  std::set<std::vector<int64_t>> noise;  // that proposals were made with
  std::set<std::string> contributions;
  std::set<std::string> answers;
  bool answered_with_key = false;  // the key that opens the shares was still there when the answer left
  bool sent_without_debit = false;
  bool approved_unseen = false;
};

// The breaches, in words; empty when a node that was killed is like one that was not.
std::vector<std::string> Breaches(const Left& left) {
  std::vector<std::string> breaches;
  if (left.noise.size() > 1) breaches.push_back("noise was drawn again");
  if (left.contributions.size() > 1) breaches.push_back("two contributions left");
  if (left.contributions.empty()) breaches.push_back("nothing was contributed");
  if (left.answers.size() > 1) breaches.push_back("two answers left");
  if (left.answers.empty()) breaches.push_back("nothing was answered");
  if (left.answered_with_key) breaches.push_back("the key outlived the answer");
  if (left.sent_without_debit) breaches.push_back("it left before it was debited");
  if (left.approved_unseen) breaches.push_back("what nobody saw was approved");
  return breaches;
}

// --- the product
constexpr int kPlace = 0;

class CrashSteps : public ::testing::Test {
 protected:
  struct Image {
    std::string from;  // folder with once/ and round_keys/
    Left left;
    bool answering = false;
  };

  CrashSteps() {
    for (int i = 0; i < 3; ++i) liar_.AddMember(kPlace);
    liar_.Announce();
    for (int place = 1; place < 5; ++place) liar_.Contribute(place);
    liar_.random().before_fill = [this](size_t) { TakeImage(); };
    liar_.tamper_shares = [this](int place, std::vector<fed::Share>&) {
      if (place == kPlace) TakeImage();
    };
  }
  ~CrashSteps() override { liar_.random().before_fill = nullptr; }

  std::string folder() { return liar_.node(kPlace).folder->path(); }
  std::string Fingerprint() {
    std::string print;
    for (const char* part : {"once", "round_keys"}) {
      std::set<std::string> files;
      for (const auto& file : fs::recursive_directory_iterator(folder() + "/" + part)) {
        if (!file.is_regular_file() || file.path().filename().string().rfind("LOG", 0) == 0) continue;
        const auto written = file.last_write_time().time_since_epoch().count();
        files.insert(file.path().string() + " " + std::to_string(file.file_size()) + " " + std::to_string(written));
      }
      for (const std::string& file : files) print += file + "\n";
    }
    return print;
  }
  // The disk as it is at this moment, if it is not as it was at the last one.
  void TakeImage() {
    if (!taking_) return;
    const std::string print = Fingerprint();
    if (!images_.empty() && print == last_ && images_.back().left.contributions == left_.contributions &&
        images_.back().left.answers == left_.answers)
      return;
    last_ = print;
    const std::string to = images_folder_ / std::to_string(images_.size());
    fs::create_directories(to);
    for (const char* part : {"once", "round_keys"})
      fs::copy(folder() + "/" + part, to + "/" + part, fs::copy_options::recursive);
    images_.push_back({to, left_, answering_});
  }
  // The store of one moment with the key files of the one before: killed between a batch and the end of a key.
  void AddMixedImages() {
    const size_t pure = images_.size();
    for (size_t i = 1; i < pure; ++i) {
      const std::string to = images_folder_ / ("mixed" + std::to_string(i));
      fs::copy(images_[i].from, to, fs::copy_options::recursive);
      for (const char* keys : {"/round_keys", "/once/draw_keys"}) {
        fs::remove_all(to + keys);
        fs::copy(images_[i - 1].from + keys, to + keys, fs::copy_options::recursive);
      }
      images_.push_back({to, images_[i].left, images_[i].answering});
    }
  }
  void StartFrom(const Image& image) {
    liar_.node(kPlace).Close();
    for (const char* part : {"once", "round_keys"}) {
      fs::remove_all(folder() + "/" + part);
      fs::copy(image.from + "/" + part, folder() + "/" + part, fs::copy_options::recursive);
    }
    liar_.Reopen(kPlace);
    left_ = image.left;
  }

  // From wherever the node is to the end of its contribution.
  void ContributeOn() {
    node::CloseAgent& close = *liar_.node(kPlace).close;
    OnceStore& once = *liar_.node(kPlace).once;
    if (once.GetRound(kLiarQuarter)->stage <= Stage::kProposed) {
      ASSERT_THAT(close.Close(kLiarQuarter, "tokens/test"), IsOk());
      TakeImage();
      const auto seen = close.Look(kLiarQuarter);
      ASSERT_THAT(seen, IsOk());
      std::vector<int64_t> noise = seen->leaves;
      for (size_t cell = 0; cell < noise.size(); ++cell) noise[cell] -= seen->exact.counts[cell];
      left_.noise.insert(noise);
      TakeImage();
      ASSERT_THAT(close.Approve(kLiarQuarter, AsText(seen->entry.proposal_digest), "tokens/test"), IsOk());
      TakeImage();
    }
    const std::string sent = once.GetRound(kLiarQuarter)->contribution;
    left_.contributions.insert(sent);
    left_.sent_without_debit |= once.Ledger()->size() != 1;
    liar_.sent()[kPlace] = sent;
    TakeImage();  // it has arrived, and the node does not know
    ASSERT_THAT(once.MarkSent(kLiarQuarter, "receipt"), IsOk());
    TakeImage();
  }
  // A contact in which a freeze is shown; what arrived is noted.
  void ShowAndNote(const fed::Round& frozen) {
    const size_t before = AnswersSoFar();
    EXPECT_THAT(liar_.Show(kPlace, frozen), IsOk());
    for (size_t i = before; i < AnswersSoFar(); ++i) {
      left_.answers.insert(liar_.answers().at(kPlace)[i]);
      left_.answered_with_key |= liar_.node(kPlace).round_keys->Find(kLiarQuarter)->has_value();
    }
    TakeImage();
  }
  size_t AnswersSoFar() const {
    const auto sent = liar_.answers().find(kPlace);
    return sent == liar_.answers().end() ? 0 : sent->second.size();
  }
  // The whole life, with an image of every moment. The first answer is lost on its way.
  void Live() {
    taking_ = true;
    TakeImage();
    ContributeOn();
    liar_.PassWindow();
    answering_ = true;
    TakeImage();
    const fed::Round frozen = liar_.Frozen(AllBut(5, {}));
    liar_.answers_lost = 1;
    EXPECT_FALSE(liar_.Show(kPlace, frozen).ok());
    TakeImage();
    const size_t unsent = images_.size() - 1;
    ShowAndNote(frozen);
    // It has arrived, and the node does not know.
    images_.push_back({images_[unsent].from, left_, true});
    taking_ = false;
    AddMixedImages();
  }

  LyingFederation liar_{5};
  const tests::TempDir images_folder_;
  std::vector<Image> images_;
  std::string last_;
  Left left_;
  bool taking_ = false;
  bool answering_ = false;
};

TEST_F(CrashSteps, WhatLeavesIsTheSameWhereverItWasKilled) {
  Live();
  ASSERT_EQ(Breaches(left_), std::vector<std::string>());
  EXPECT_GT(images_.size(), 16u);
  EXPECT_TRUE(std::any_of(images_.begin(), images_.end(), [](const Image& i) { return i.left.noise.empty(); }));
  int with_draw_unused = 0;
  for (const Image& image : images_) {
    SCOPED_TRACE(image.from);
    StartFrom(image);
    with_draw_unused += liar_.node(kPlace).once->GetRound(kLiarQuarter)->stage <= Stage::kProposed;
    if (!image.answering) ContributeOn();
    const fed::Round other = liar_.Frozen({0, 1, 2, 4});
    const fed::Round frozen = liar_.Frozen(AllBut(5, {}));
    for (const fed::Round& shown : {other, frozen, other}) ShowAndNote(shown);
    EXPECT_EQ(Breaches(left_), std::vector<std::string>());
  }
  EXPECT_GT(with_draw_unused, 3);
}

// --- the control: the same stores, and a node whose steps are in the order that a test tells
enum class Step { kKeepDraw, kLook, kApprove, kContribute, kLock, kDestroyKey, kAnswer };
using Order = std::vector<Step>;

class OutOfOrder {
 public:
  explicit OutOfOrder(const Order& order) : order_(order), random_() {
    Open();
    storage::node::RoundEntry entry;
    entry.period = kLiarQuarter;
    entry.round_id = kRound;
    entry.charge_nano_rho = 1;
    EXPECT_THAT(once_->Announce(entry), IsOk());
    EXPECT_THAT(keys_->FindOrMake(kLiarQuarter), IsOk());
  }
  // Killed behind so many steps; started again with what the disk has, and shown another freeze. Then to the end.
  Left Live(size_t steps_before_kill) {
    for (size_t i = 0; i < steps_before_kill; ++i) Take(order_[i]);
    freeze_ = "the other freeze";
    noise_.clear();
    Open();
    Resume();
    return left_;
  }

 private:
  static constexpr Digest kRound = {7};

  void Open() {
    once_.reset();
    once_ = *OnceStore::Open(folder_ / "once", &clock_, &random_);
    keys_ = *RoundKeys::Open(folder_ / "round_keys", &random_);
  }
  // The draw that stands, or one out of the air.
  std::string Noise() {
    const auto kept = once_->FindDraw(kRound);
    if (kept.ok() && kept->has_value()) return std::string(AsText((*kept)->span()));
    if (noise_.empty()) noise_ = std::string(AsText(random_.Bytes<16>()));
    return noise_;
  }
  bool Approved() { return once_->GetRound(kLiarQuarter)->stage >= Stage::kApproved; }
  // What was approved, or fresh bytes: a sharing has coefficients of its own each time.
  std::string Contribution() {
    if (Approved()) return once_->GetRound(kLiarQuarter)->contribution;
    return Noise() + std::string(AsText(random_.Bytes<16>()));
  }

  void Take(Step step) {
    switch (step) {
      case Step::kKeepDraw:
        EXPECT_THAT(once_->KeepDraw(kRound, SecretBytes::Copy(AsBytes(Noise()))), IsOk());
        return;
      case Step::kLook: {
        const std::string noise = Noise();
        left_.noise.insert(std::vector<int64_t>(noise.begin(), noise.end()));
        seen_ = true;
        return;
      }
      case Step::kApprove: {
        left_.approved_unseen |= !seen_;
        OnceStore::Approval approval;
        approval.period = kLiarQuarter;
        approval.proposal_digest = Sha256("proposal");
        approval.protected_vector = Noise();
        const std::string bytes = Contribution();
        approval.make_contribution = [&](const Digest&) { return bytes; };
        approval.name_contribution = [](absl::string_view made) { return Sha256(made); };
        approval.cap_nano_rho = 10;
        EXPECT_THAT(once_->Propose(kLiarQuarter, approval.proposal_digest), IsOk());
        EXPECT_THAT(once_->Approve(approval), IsOk());
        return;
      }
      case Step::kContribute:
        left_.contributions.insert(Contribution());
        left_.sent_without_debit |= once_->Ledger()->size() != 1;
        return;
      default:
        TakeOfAnswer(step);
    }
  }
  void TakeOfAnswer(Step step) {
    const auto lock = *once_->FindLock(kLiarQuarter);
    if (step == Step::kLock) {
      EXPECT_THAT(once_->Lock({kLiarQuarter, kRound, Sha256(freeze_), "answer to " + freeze_, false}), IsOk());
    } else if (step == Step::kDestroyKey) {
      EXPECT_THAT(keys_->Destroy(kLiarQuarter), IsOk());
    } else {
      left_.answers.insert(lock ? lock->answer : "answer to " + freeze_);
      left_.answered_with_key |= keys_->Find(kLiarQuarter)->has_value();
    }
  }
  // As the product starts again: from what is stored where it is stored, from the beginning where it is not.
  void Resume() {
    const bool approved = Approved();
    const auto lock = *once_->FindLock(kLiarQuarter);
    if (lock) {
      EXPECT_THAT(keys_->Destroy(kLiarQuarter), IsOk());
    }
    const bool silent = !lock && !keys_->Find(kLiarQuarter)->has_value();
    for (const Step step : order_) {
      if (approved && step <= Step::kApprove) continue;
      if (lock && (step == Step::kLock || step == Step::kDestroyKey)) continue;
      if (silent && step >= Step::kLock) continue;
      Take(step);
    }
  }

  const Order order_;
  const tests::TempDir folder_;
  tests::FakeClock clock_{kLiarQuarter.end()};
  SystemRandom random_;
  std::unique_ptr<OnceStore> once_;
  std::unique_ptr<RoundKeys> keys_;
  std::string freeze_ = "the freeze";
  std::string noise_;  // in memory alone
  bool seen_ = false;
  Left left_;
};

// The orders of these steps, between the others, in which no kill before, between or behind them breaks anything.
std::vector<Order> SafeOrders(const Order& before, Order order, const Order& behind) {
  std::vector<Order> safe;
  std::sort(order.begin(), order.end());
  do {
    Order all = before;
    all.insert(all.end(), order.begin(), order.end());
    all.insert(all.end(), behind.begin(), behind.end());
    bool broken = false;
    for (size_t kill = 0; kill <= order.size() && !broken; ++kill)
      broken = !Breaches(OutOfOrder(all).Live(before.size() + kill)).empty();
    if (!broken) safe.push_back(order);
  } while (std::next_permutation(order.begin(), order.end()));
  return safe;
}

const Order kContributing = {Step::kKeepDraw, Step::kLook, Step::kApprove, Step::kContribute};
const Order kAnswering = {Step::kLock, Step::kDestroyKey, Step::kAnswer};

TEST(CrashStepsControl, EveryOtherOrderOfAnAnswerIsFound) {
  EXPECT_EQ(SafeOrders(kContributing, kAnswering, {}), std::vector<Order>{kAnswering});
}

TEST(CrashStepsControl, EveryOtherOrderOfAContributionIsFound) {
  EXPECT_EQ(SafeOrders({}, kContributing, kAnswering), std::vector<Order>{kContributing});
}

}  // namespace
}  // namespace aangan
