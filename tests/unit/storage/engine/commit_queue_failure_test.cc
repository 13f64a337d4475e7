// SPDX-License-Identifier: Apache-2.0
// A disk that fails under the commit queue: the process ends, and nobody is told that it went well.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdlib>

#include "storage/engine/commit_queue.h"
#include "tests/unit/storage/engine/commit_queue_fixture.h"

namespace aangan::storage {
namespace {

// A disk on which no file of this process can grow any more (EFBIG), until it goes.
class BrokenDisk {
 public:
  explicit BrokenDisk(rlim_t size_bytes_max) : handler_(signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit broken = before_;
    broken.rlim_cur = size_bytes_max;
    setrlimit(RLIMIT_FSIZE, &broken);
  }
  ~BrokenDisk() {
    setrlimit(RLIMIT_FSIZE, &before_);
    signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  sighandler_t handler_;
};

TEST_F(CommitQueueTest, AFailedHeadEndsTheQueueToo) {
  OpenQueue();
  for (uint64_t sequence : {1, 2})
    EXPECT_EQ(*SubmitAndWait(Puts("a")), sequence);  // the head of 1 is in the first slot
  Hold();
  Awaited waiting;
  queue_->Submit(std::make_unique<Item>(Puts("waiting"), waiting.done()));
  Outcome outcome;
  {
    BrokenDisk broken(4096);  // the second slot lies behind
    Release();
    outcome = waiting.Wait();
  }
  EXPECT_EQ(outcome.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_FALSE(death_.ok());
}

TEST_F(CommitQueueTest, AFailedHeadAtTheEndIsNotHidden) {
  OpenQueue();
  for (uint64_t sequence : {1, 2}) EXPECT_EQ(*SubmitAndWait(Puts("a")), sequence);
  {
    BrokenDisk broken(4096);
    queue_->Stop();
  }
  EXPECT_FALSE(death_.ok());
}

// In a process of their own: RocksDB of Debian 12 aborts when a database whose log failed is closed.
class CommitQueueDeathTest : public CommitQueueTest {
 protected:
  CommitQueueDeathTest() {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    // The process that dies makes its folder inside this one's, which tidies up after both.
    if (const char* before = getenv("TMPDIR")) before_ = before;
    setenv("TMPDIR", dir_.path().c_str(), 1);
  }
  ~CommitQueueDeathTest() override {
    if (before_.has_value()) {
      setenv("TMPDIR", before_->c_str(), 1);
    } else {
      unsetenv("TMPDIR");
    }
  }

 private:
  std::optional<std::string> before_;
};

TEST_F(CommitQueueDeathTest, AfterAFailedWriteNobodyIsToldThatItWentWell) {
  auto run = [this] {
    OpenQueue();
    (void)SubmitAndWait(Puts("a"));
    BrokenDisk broken(1);
    const Outcome outcome = SubmitAndWait(Puts("b", std::string(100, 'x')));
    const Outcome later = SubmitAndWait(Puts("c"));
    const bool as_promised = absl::IsUnavailable(outcome.status()) && HasReason(later.status(), Reason::kStopping) &&
                             !death_.ok() && queue_->durable_sequence() == 1 && committer_.committed().size() == 1;
    std::_Exit(as_promised ? 17 : 1);
  };
  EXPECT_EXIT(run(), testing::ExitedWithCode(17), "");
}

TEST_F(CommitQueueDeathTest, AFailedWriteEndsTheProcess) {
  auto run = [this] {
    options_.die = nullptr;
    OpenQueue();
    (void)SubmitAndWait(Puts("a"));
    BrokenDisk broken(1);
    (void)SubmitAndWait(Puts("b", std::string(100, 'x')));
  };
  EXPECT_EXIT(run(), testing::ExitedWithCode(74), "");
}

}  // namespace
}  // namespace aangan::storage
