// SPDX-License-Identifier: Apache-2.0
// A node before it has a store.
#include "server/node/first_start.h"

#include <utility>

#include "base/log.h"
#include "base/problem.h"
#include "base/status.h"
#include "server/node/restore_from.h"

namespace aangan::node {
namespace {

using storage::KeyLock;
using storage::KeyProtection;

}  // namespace

absl::StatusOr<std::unique_ptr<FirstStart>> FirstStart::Open(KeyGate* gate, const std::string& data, const Clock* clock,
                                                             RandomSource* random) {
  std::unique_ptr<FirstStart> start(new FirstStart(gate, data, clock, random));
  ASSIGN_OR_RETURN(start->roles_, server::Authorisation::Load());
  start->door_ = std::make_unique<server::Door>(server::Door::Options{}, &start->roles_, &gate->setup_code(), clock);
  RETURN_IF_ERROR(start->door_->Serve(SetupRpc::Service(), start->rpc_.Handlers()));
  return start;
}

FirstStart::~FirstStart() {
  door_.reset();  // calls under way are over
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(
      +[](FirstStart* self) ABSL_EXCLUSIVE_LOCKS_REQUIRED(self->mutex_) { return !self->restoring_; }, this));
  if (thread_.joinable()) thread_.join();
}

void FirstStart::Announce(const std::string& https_address) {
  if (gate_->state() != KeyGate::State::kNew) return;
  LogInfo("node", "first start: open the page on this computer and type this code within an hour")
      .Name("page", "https://" + https_address)
      .Name("code", gate_->setup_code().Make());
}

absl::Status FirstStart::BeginRestore(Wish wish) {
  RETURN_IF_ERROR(gate_->BeginRestore());
  absl::MutexLock lock(&mutex_);
  if (thread_.joinable()) thread_.join();  // of one that failed, and is over
  restoring_ = true;
  done_bytes_ = total_bytes_ = 0;
  failed_ = absl::OkStatus();
  thread_ = std::thread([this, wish = std::move(wish)] { Restore(wish); });
  return absl::OkStatus();
}

absl::StatusOr<KeyLock> FirstStart::LockFor(const std::string& path, const Wish& wish) const {
  KeyLock by_passphrase{KeyProtection::kByPassphrase, wish.passphrase.Clone()};
  if (!wish.parts.empty()) {
    RETURN_IF_ERROR(LockByParts(path, wish.parts, by_passphrase, *clock_, *random_));
    return by_passphrase;
  }
  ASSIGN_OR_RETURN(const KeyProtection protection, storage::ProtectionOf(path));
  if (protection == KeyProtection::kByPassphrase) return by_passphrase;
  if (protection == KeyProtection::kByMode) return KeyLock();
  return Problem(absl::StatusCode::kFailedPrecondition, Reason::kKeyMissing,
                 "the master key of this backup is behind a key file; restore it by the command: aangan restore "
                 "--key-file")
      .ToStatus();
}

void FirstStart::Restore(const Wish& wish) {
  RestoreOptions options;
  options.from = wish.folder;
  options.keys_from = wish.keys_from;
  options.data = RestoredFolder(data_);
  options.accept_older = wish.accept_older;
  options.lose_members_without_key = wish.lose_members_without_key;
  KeyLock opens;
  RestoreFindings found;
  absl::Status status = RestoreFrom(
      options, *clock_, *random_,
      [&](const std::string& path) -> absl::StatusOr<KeyLock> {
        ASSIGN_OR_RETURN(KeyLock lock, LockFor(path, wish));
        opens = {lock.protection, lock.secret.Clone()};
        return lock;
      },
      [this](uint64_t done, uint64_t all) {
        absl::MutexLock lock(&mutex_);
        done_bytes_ = done;
        total_bytes_ = all;
      },
      &found);
  if (status.ok()) status = MoveRestoredIn(data_, true);
  if (status.ok()) {
    LogInfo("restore", "restored by the page").Number("backup", static_cast<int64_t>(found.generation));
  } else {
    LogWarning("restore", "not restored").Status(status);
  }
  absl::MutexLock lock(&mutex_);  // whoever begins the next one waits until this one is told
  gate_->EndRestore(status.ok() ? &opens : nullptr);
  restoring_ = false;
  failed_ = std::move(status);
}

bool FirstStart::restoring() const {
  absl::MutexLock lock(&mutex_);
  return restoring_;
}

v1::GetSetupResponse FirstStart::Describe() const {
  v1::GetSetupResponse said;
  said.set_data_folder(data_);
  absl::MutexLock lock(&mutex_);
  if (restoring_) {
    said.set_state(v1::SETUP_STATE_RESTORING);
    said.set_done_bytes(static_cast<int64_t>(done_bytes_));
    said.set_total_bytes(static_cast<int64_t>(total_bytes_));
    return said;
  }
  const KeyGate::State state = gate_->state();
  said.set_state(state == KeyGate::State::kNew      ? v1::SETUP_STATE_NEW
                 : state == KeyGate::State::kLocked ? v1::SETUP_STATE_LOCKED
                                                    : v1::SETUP_STATE_OPENING);
  if (failed_.ok()) return said;
  // What no Problem says is for the log alone.
  const std::string reason = ReasonOf(failed_);
  said.set_restore_reason(reason.empty() ? std::string(ReasonName(Reason::kInternal)) : reason);
  if (!reason.empty()) said.set_restore_message(std::string(failed_.message()));
  return said;
}

}  // namespace aangan::node
