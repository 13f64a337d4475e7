// SPDX-License-Identifier: Apache-2.0
// Opens and locks a node.
#include "server/node/key_gate.h"

#include <linux/close_range.h>
#include <unistd.h>

#include <climits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/digest.h"
#include "base/files.h"
#include "base/log.h"
#include "base/problem.h"
#include "base/status.h"
#include "server/node/restore_from.h"
#include "server/shared/lifecycle.h"

namespace aangan::node {
namespace {

using storage::KeyLock;
using storage::KeyProtection;

constexpr size_t kSecretBytesMax = 4096;
constexpr int kTriesAtOnce = 3;
constexpr absl::Duration kPause = absl::Seconds(30);

// The process begins anew, with none of the files and ports that are open.
void BeginAnew(std::vector<std::string> words) {
  close_range(STDERR_FILENO + 1, UINT_MAX, CLOSE_RANGE_CLOEXEC);
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  execv("/proc/self/exe", arguments.data());
  _exit(1);  // no memory for a new image: locked all the same
}

}  // namespace

absl::StatusOr<std::unique_ptr<KeyGate>> KeyGate::Open(Options options, const Clock* clock, RandomSource* random) {
  RETURN_IF_ERROR(MakeFolders(options.data, 0700));
  RETURN_IF_ERROR(MoveRestoredIn(options.data, false));  // of a node that ended in between
  std::unique_ptr<KeyGate> gate(new KeyGate(std::move(options), clock, random));
  KeyGate* const self = gate.get();
  ASSIGN_OR_RETURN(gate->socket_, ControlSocket::Open(gate->options_.data, [self](ControlOrder order, SecretBytes first,
                                                                                  SecretBytes second) {
                     return self->Obey(order, std::move(first), std::move(second));
                   }));
  return gate;
}

absl::StatusOr<KeyLock> KeyGate::AtHand() const {
  if (!options_.key_file.empty()) {
    ASSIGN_OR_RETURN(SecretBytes bytes, ReadSecretFile(options_.key_file, kSecretBytesMax));
    return KeyLock{KeyProtection::kByKeyFile, std::move(bytes)};
  }
  if (!options_.credentials_folder.empty()) {
    absl::StatusOr<SecretBytes> line =
        ReadSecretLine(absl::StrCat(options_.credentials_folder, "/aangan-passphrase"), kSecretBytesMax);
    if (line.ok()) return KeyLock{KeyProtection::kByPassphrase, *std::move(line)};
    if (!absl::IsNotFound(line.status())) return line.status();
  }
  const absl::StatusOr<KeyProtection> now = storage::ProtectionOf(key_path());
  // A store of before there were locks: it opens, and says that it wants one.
  if (now.ok() && *now == KeyProtection::kByMode) return KeyLock{};
  if (!now.ok() && !absl::IsNotFound(now.status())) return now.status();
  return absl::NotFoundError("");
}

absl::StatusOr<KeyLock> KeyGate::Await() {
  absl::StatusOr<KeyLock> at_hand = AtHand();
  if (at_hand.ok() || !absl::IsNotFound(at_hand.status())) {
    absl::MutexLock lock(&mutex_);
    open_ = at_hand.ok();
    return at_hand;
  }
  LogInfo("node", "locked; waits for: aangan unlock");
  if (options_.told_locked) options_.told_locked();
  if (server::AwaitStopOrWake() == server::Woken::kStop) return absl::CancelledError("");
  absl::MutexLock lock(&mutex_);
  return std::move(lock_);
}

absl::Status KeyGate::Try(const KeyLock& lock) const {
  if (IsNew()) return storage::CreateMasterKey(key_path(), lock, storage::MeasuredPassphraseCost(), *random_);
  // A store whose key file is gone is never given a new one; the store itself says so.
  if (absl::IsNotFound(storage::ProtectionOf(key_path()).status())) return absl::OkStatus();
  return storage::OpenMasterKey(key_path(), lock).status();
}

bool KeyGate::IsNew() const {
  return absl::IsNotFound(storage::ProtectionOf(key_path()).status()) &&
         access(absl::StrCat(options_.data, "/main").c_str(), F_OK) != 0;
}

KeyGate::State KeyGate::state() const {
  {
    absl::MutexLock lock(&mutex_);
    if (open_) return State::kOpen;
  }
  return IsNew() ? State::kNew : State::kLocked;
}

absl::Status KeyGate::Take(bool is_for_new) {
  absl::MutexLock lock(&mutex_);
  if (open_) return Problem(absl::StatusCode::kAlreadyExists, Reason::kWrongState, "The node is open already.");
  if (taken_) {
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState,
                   "The node is being made or restored. Wait until that is over.");
  }
  if (RestoreIsHalfDone(options_.data)) {  // opened now, it would begin an empty store where the restored one belongs
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState,
                   "What was restored is not all in its place yet. Look at the disk, and start the node again: that "
                   "finishes it.");
  }
  if (is_for_new && !IsNew()) {
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState,
                   "There is a node here. Open it with: aangan unlock");
  }
  taken_ = true;
  return absl::OkStatus();
}

void KeyGate::Give(KeyLock* opens) {
  absl::MutexLock lock(&mutex_);
  taken_ = false;
  if (opens == nullptr) return;
  open_ = true;
  lock_ = std::move(*opens);
  setup_code_.End();
}

absl::Status KeyGate::MakeNew(SecretBytes passphrase) {
  RETURN_IF_ERROR(Take(true));
  KeyLock lock{KeyProtection::kByPassphrase, std::move(passphrase)};
  absl::Status made = Try(lock);
  EndRestore(made.ok() ? &lock : nullptr);
  return made;
}

void KeyGate::EndRestore(KeyLock* opens) {
  const bool is_open = opens != nullptr;
  Give(opens);
  if (is_open) server::WakeMain();
}

ControlSocket::Outcome KeyGate::NewSetupCode() {
  if (state() != State::kNew) {
    return {Problem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState,
                    "This node has been set up, so it takes no code. Its first tokens lie in its folder: aangan paths"),
            {},
            {}};
  }
  std::string code = setup_code_.Make();
  SecretBytes answer = SecretBytes::Copy(AsBytes(code));
  Wipe(code);
  return {absl::OkStatus(), {}, std::move(answer)};
}

absl::Status KeyGate::Patience() const {
  if (clock_->Now() >= next_try_) return absl::OkStatus();
  return Problem(absl::StatusCode::kResourceExhausted, Reason::kTooMany,
                 "Too soon after a wrong passphrase. Wait half a minute and type it again.");
}

void KeyGate::Count(const absl::Status& tried) {
  if (!HasReason(tried, Reason::kBadPassphrase)) return;
  LogError("node", "a wrong passphrase").Number("tries", ++wrong_tries_);
  if (wrong_tries_ >= kTriesAtOnce) next_try_ = clock_->Now() + kPause;
}

ControlSocket::Outcome KeyGate::Unlock(SecretBytes passphrase) {
  if (absl::Status taken = Take(false); !taken.ok()) return {std::move(taken), {}, {}};
  KeyLock lock{KeyProtection::kByPassphrase, std::move(passphrase)};
  absl::Status tried = Patience();
  if (tried.ok()) {
    tried = Try(lock);
    Count(tried);
  }
  Give(tried.ok() ? &lock : nullptr);
  if (!tried.ok()) return {std::move(tried), {}, {}};
  return {absl::OkStatus(), [] { server::WakeMain(); }, {}};
}

absl::StatusOr<KeyLock> KeyGate::LockNow(SecretBytes passphrase) const {
  ASSIGN_OR_RETURN(const KeyProtection now, storage::ProtectionOf(key_path()));
  KeyLock lock{now, std::move(passphrase)};
  if (now == KeyProtection::kByKeyFile) {
    ASSIGN_OR_RETURN(lock.secret, ReadSecretFile(options_.key_file, kSecretBytesMax));
  }
  return lock;
}

absl::Status KeyGate::ChangeKeyLock(SecretBytes before, SecretBytes after) const {
  ASSIGN_OR_RETURN(const KeyLock now, LockNow(std::move(before)));
  return storage::ChangeLock(key_path(), now, {KeyProtection::kByPassphrase, std::move(after)},
                             storage::MeasuredPassphraseCost(), *random_);
}

ControlSocket::Outcome KeyGate::Split(SecretBytes passphrase, const SecretBytes& numbers) {
  if (absl::Status patience = Patience(); !patience.ok()) return {std::move(patience), {}, {}};
  absl::StatusOr<KeyLock> now = LockNow(std::move(passphrase));
  if (!now.ok()) return {now.status(), {}, {}};
  const bool sane = numbers.size() == 2;
  absl::StatusOr<SecretBytes> parts = recovery_.Split(*now, sane ? numbers.data()[0] : 0, sane ? numbers.data()[1] : 0);
  if (!parts.ok()) {
    Count(parts.status());
    return {parts.status(), {}, {}};
  }
  return {absl::OkStatus(), {}, *std::move(parts)};
}

ControlSocket::Outcome KeyGate::Recover(const SecretBytes& parts, SecretBytes next) {
  {
    // An open node has its key; who wants another passphrase and knows none locks it first.
    absl::MutexLock lock(&mutex_);
    if (open_) {
      return {Problem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState,
                      "The node is open. Lock it first: aangan lock"),
              {},
              {}};
    }
  }
  if (absl::Status taken = Take(false); !taken.ok()) return {std::move(taken), {}, {}};
  absl::Status recovered = recovery_.Recover(parts, {KeyProtection::kByPassphrase, std::move(next)});
  Give(nullptr);
  return {std::move(recovered), {}, {}};
}

void KeyGate::TellBeforeLocking(std::function<void()> tell) {
  absl::MutexLock lock(&telling_);
  tell_ = std::move(tell);
}

ControlSocket::Outcome KeyGate::Lock() {
  if (!options_.key_file.empty() || !options_.credentials_folder.empty()) {
    return {
        Problem(absl::StatusCode::kFailedPrecondition, Reason::kWrongState,
                "This node opens by itself, from a key file or a credential of its unit, so locking it would last a "
                "second. Stop it and take the key file away."),
        {},
        {}};
  }
  LogInfo("node", "locked by order");
  unlink(absl::StrCat(options_.data, "/ports").c_str());
  {
    absl::MutexLock lock(&telling_);
    if (tell_) tell_();
  }
  return {absl::OkStatus(), [words = options_.words] { BeginAnew(words); }, {}};
}

ControlSocket::Outcome KeyGate::Obey(ControlOrder order, SecretBytes first, SecretBytes second) {
  switch (order) {
    case ControlOrder::kUnlock:
      return Unlock(std::move(first));
    case ControlOrder::kLock:
      return Lock();
    case ControlOrder::kChangeKeyLock:
      return {ChangeKeyLock(std::move(first), std::move(second)), {}, {}};
    case ControlOrder::kSplitKey:
      return Split(std::move(first), second);
    case ControlOrder::kRehearse:
      return {recovery_.Rehearse(first), {}, {}};
    case ControlOrder::kRecover:
      return Recover(first, std::move(second));
    case ControlOrder::kSetupCode:
      return NewSetupCode();
  }
  return {Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "This is no order."), {}, {}};
}

}  // namespace aangan::node
