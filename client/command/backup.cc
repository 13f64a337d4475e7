// SPDX-License-Identifier: Apache-2.0
// aangan backup and restore: copies of what a node holds, and a node made again from them.
#include "aangan/node/v1/backups.grpc.pb.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/problem.h"
#include "base/status.h"
#include "client/command/become.h"
#include "client/command/commands.h"
#include "client/command/words.h"

namespace aangan::client {
namespace {

using node::v1::Backup;
using node::v1::BackupService;

struct Wish {
  std::string to, keys_to, label, from;
  int keep = 0;
  int64_t generation = 0;
  // restore
  std::string keys_from, key_file, passphrase_file;
  std::vector<std::string> part_files;
  bool accept_older = false;
  bool lose_members = false;
};

bool UnderWay(const Backup& backup) {
  return backup.state() == node::v1::BACKUP_STATE_RUNNING || backup.state() == node::v1::BACKUP_STATE_VERIFYING;
}

Table BackupTable(const std::vector<Backup>& backups) {
  Table table{{"name", "state", "create_time", "sequence", "bytes", "written_bytes", "reason"}, {}};
  for (const Backup& each : backups) {
    table.rows.push_back({each.name(), WordOf(node::v1::BackupState_descriptor(), each.state()),
                          TimeValue(each.has_create_time(), each.create_time()), each.sequence(), each.total_bytes(),
                          each.written_bytes(), TextOrNothing(each.reason())});
  }
  return table;
}

// Until it is no longer under way, with a bar.
absl::StatusOr<Backup> Await(const Channel& channel, BackupService::Stub* stub, Backup backup, const char* what) {
  Progress progress(what, std::max<int64_t>(backup.total_bytes(), 1));
  node::v1::GetBackupRequest request;
  request.set_name(backup.name());
  while (UnderWay(backup)) {
    progress.Advance(std::min(backup.done_bytes(), backup.total_bytes()));
    WaitALittle();
    ASSIGN_OR_RETURN(backup, channel.Call(stub, &BackupService::Stub::GetBackup, request));
  }
  return backup;
}

absl::StatusOr<node::v1::KeyCopy> CopyKeys(const Channel& channel, BackupService::Stub* stub, const Wish& wish) {
  node::v1::CreateKeyCopyRequest request;
  request.set_folder(wish.keys_to);
  request.set_label(wish.label);
  return channel.Call(stub, &BackupService::Stub::CreateKeyCopy, request);
}

// One object of what was made: the backup, the copy of the keys, or both.
absl::StatusOr<int> Create(const Session& session, const Wish& wish) {
  if (wish.to.empty() && wish.keys_to.empty()) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "a backup needs a place")
        .Field("--to", "must be a folder, or --keys-to with --label for the key file");
  }
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kOperator));
  const auto stub = BackupService::NewStub(channel->grpc());
  Table made{{}, {{}}};
  if (!wish.to.empty()) {
    node::v1::CreateBackupRequest request;
    request.set_folder(wish.to);
    request.set_keep_generations(wish.keep);
    ASSIGN_OR_RETURN(Backup backup, channel->Call(stub.get(), &BackupService::Stub::CreateBackup, request));
    ASSIGN_OR_RETURN(backup, Await(*channel, stub.get(), std::move(backup), "backing up"));
    made = BackupTable({backup});
    if (backup.state() != node::v1::BACKUP_STATE_DONE) {
      session.output().PrintObject(made);
      session.output().Say("The backup was not finished; those before it stand. Look at the reason, and try again.");
      return kExitFailed;
    }
    session.output().Say("Every file was read back from the medium, and is as it was written.");
  }
  absl::Status copied;
  if (wish.keys_to.empty()) {
    session.output().Say("A backup can not be read without the key file: aangan backup --keys-to ... --label ...");
  } else if (const auto copy = CopyKeys(*channel, stub.get(), wish); copy.ok()) {
    made.columns.insert(made.columns.end(), {"key_copy", "label", "key_copy_time"});
    made.rows[0].insert(made.rows[0].end(), {copy->name(), copy->label(), TimeValue(true, copy->create_time())});
    session.output().Say(
        "The key file is written. Keep it apart from the backups, and make a new one after every erasure.");
  } else {
    copied = copy.status();
  }
  if (!made.columns.empty()) session.output().PrintObject(made);
  RETURN_IF_ERROR(copied);
  return kExitOk;
}

absl::StatusOr<std::vector<Backup>> AllBackups(const Channel& channel, BackupService::Stub* stub) {
  node::v1::ListBackupsRequest request;
  request.set_page_size(200);
  std::vector<Backup> all;
  do {
    ASSIGN_OR_RETURN(const node::v1::ListBackupsResponse page,
                     channel.Call(stub, &BackupService::Stub::ListBackups, request));
    all.insert(all.end(), page.backups().begin(), page.backups().end());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return all;
}

absl::StatusOr<int> List(const Session& session) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kOperator));
  const auto stub = BackupService::NewStub(channel->grpc());
  ASSIGN_OR_RETURN(const std::vector<Backup> all, AllBackups(*channel, stub.get()));
  session.output().Print(BackupTable(all));
  return kExitOk;
}

absl::StatusOr<int> ListKeys(const Session& session) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kOperator));
  const auto stub = BackupService::NewStub(channel->grpc());
  node::v1::ListKeyCopiesRequest request;
  request.set_page_size(200);
  Table table{{"name", "label", "create_time", "overwrite_time"}, {}};
  do {
    ASSIGN_OR_RETURN(const node::v1::ListKeyCopiesResponse page,
                     channel->Call(stub.get(), &BackupService::Stub::ListKeyCopies, request));
    for (const node::v1::KeyCopy& each : page.key_copies()) {
      table.rows.push_back({each.name(), each.label(), TimeValue(true, each.create_time()),
                            TimeValue(each.has_overwrite_time(), each.overwrite_time())});
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  session.output().Print(table);
  return kExitOk;
}

absl::StatusOr<int> Verify(const Session& session, const Wish& wish) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kOperator));
  const auto stub = BackupService::NewStub(channel->grpc());
  node::v1::VerifyBackupRequest request;
  request.set_folder(wish.from);
  request.set_name(absl::StrCat("backups/", wish.generation));
  if (wish.generation == 0) {
    ASSIGN_OR_RETURN(const std::vector<Backup> all, AllBackups(*channel, stub.get()));
    if (!all.empty()) request.set_name(all.back().name());
  }
  ASSIGN_OR_RETURN(Backup backup, channel->Call(stub.get(), &BackupService::Stub::VerifyBackup, request));
  ASSIGN_OR_RETURN(backup, Await(*channel, stub.get(), std::move(backup), "reading"));
  session.output().PrintObject(BackupTable({backup}));
  if (backup.state() == node::v1::BACKUP_STATE_VERIFIED) {
    session.output().Say("Every file of this backup is as it was written.");
    return kExitOk;
  }
  session.output().Say(backup.state() == node::v1::BACKUP_STATE_DAMAGED
                           ? "This backup is damaged. Make a new one, on another medium."
                           : "It could not be read, or is not in this folder. Look at the reason.");
  return kExitFailed;
}

absl::StatusOr<int> Restore(const Session& session, const Wish& wish) {
  std::vector<std::string> words = {
      "restore",        "--restore.from",     wish.from, "--restore.keys_from", wish.keys_from,
      "--restore.data", session.node_folder()};
  const auto add = [&words](const char* name, const std::string& value) {
    if (value.empty()) return;
    words.push_back(name);
    words.push_back(value);
  };
  add("--restore.generation", absl::StrCat(wish.generation));
  add("--restore.key_file", wish.key_file);
  add("--restore.passphrase_file", wish.passphrase_file);
  add("--restore.part_files", absl::StrJoin(wish.part_files, ","));
  add("--restore.accept_older", wish.accept_older ? "true" : "");
  add("--restore.lose_members_without_key", wish.lose_members ? "true" : "");
  if (session.for_people()) return Become("aangan-node", words);
  // Which speaks in words alone: a program is told besides in the one form of an error.
  ASSIGN_OR_RETURN(const int code, RunAndHear("aangan-node", words));
  if (code == kExitOk) return code;
  session.output().Fail(Problem(absl::StatusCode::kFailedPrecondition, Reason::kInvalidField, "nothing was restored")
                            .Field("restore", "must be mended as the words before this say"));
  return code;
}

void AddRestore(CLI::App& app, Session& session) {
  const auto wish = std::make_shared<Wish>();
  CLI::App* restore =
      AddCommand(app, "restore", "Make a node's folder again, on a new computer, before the node runs there",
                 "aangan restore --from /media/disk/aangan --keys-from /media/stick --data /var/lib/aangan/node");
  restore->add_option("--from", wish->from, "folder of the backup")->required();
  restore->add_option("--keys-from", wish->keys_from, "key file, or the folder that it lies in")->required();
  restore->add_option("--generation", wish->generation, "number of the backup; without it the newest");
  restore->add_option("--key-file", wish->key_file, "file that opens the master key, where a file does");
  restore->add_option("--passphrase-file", wish->passphrase_file, "file (mode 0600) with the passphrase");
  restore->add_option(
      "--part-file", wish->part_files,
      "file (mode 0600) with the eight lines of a part of the key, once for each; the passphrase is then a new one");
  restore->add_flag("--accept-older", wish->accept_older, "take an older backup than the newest known");
  restore->add_flag("--lose-members-without-key", wish->lose_members,
                    "leave out members whose keys are not in the key file: their records are lost");
  restore->callback([&session, wish] { session.run = [&session, wish] { return Restore(session, *wish); }; });
}

}  // namespace

void AddBackup(CLI::App& app, Session& session) {
  const auto wish = std::make_shared<Wish>();
  CLI::App* backup =
      AddCommand(app, "backup", "Write a backup, and the key file to another place; while the node goes on working",
                 "aangan backup --to /media/disk/aangan --keys-to /media/stick --label red_stick");
  backup->add_option("--to", wish->to, "folder for the backup, on another medium");
  backup->add_option("--keys-to", wish->keys_to, "folder for the key file, apart from the backups");
  backup->add_option("--label", wish->label, "what people call that place, for receipts: a slug");
  backup->add_option("--keep", wish->keep, "generations that stay in the folder; 8 without it");
  backup->callback([&session, wish, backup] {
    if (!backup->get_subcommands().empty()) return;
    session.run = [&session, wish] { return Create(session, *wish); };
  });
  CLI::App* list = AddCommand(*backup, "list", "List the backups that this node made", "aangan backup list");
  list->callback([&session] { session.run = [&session] { return List(session); }; });
  CLI::App* keys = AddCommand(*backup, "keys", "List every copy of the key file", "aangan backup keys");
  keys->callback([&session] { session.run = [&session] { return ListKeys(session); }; });
  CLI::App* verify = AddCommand(*backup, "verify", "Read every file of a backup again",
                                "aangan backup verify --from /media/disk/aangan");
  verify->add_option("--from", wish->from, "folder of the backup")->required();
  verify->add_option("--generation", wish->generation, "number of the backup; without it the newest");
  verify->callback([&session, wish] { session.run = [&session, wish] { return Verify(session, *wish); }; });
  AddRestore(app, session);
}

}  // namespace aangan::client
