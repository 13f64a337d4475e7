// SPDX-License-Identifier: Apache-2.0
// aangan erase and receipt: a member's key is destroyed for good, and what may still hold a copy of it is named.
#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "aangan/node/v1/backups.grpc.pb.h"
#include "aangan/node/v1/members.grpc.pb.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/digest.h"
#include "base/problem.h"
#include "base/signing.h"
#include "base/status.h"
#include "client/command/commands.h"
#include "client/command/words.h"

namespace aangan::client {
namespace {

using node::v1::BackupService;
using node::v1::ErasureReceipt;
using node::v1::MemberService;

constexpr int kQuestionsMax = 600;  // about three minutes

struct Wish {
  std::string member;
  bool dry_run = false;
  bool yes = false;
};

std::string TimeText(bool known, const google::protobuf::Timestamp& time) {
  const Value value = TimeValue(known, time);
  const std::string* text = std::get_if<std::string>(&value);
  return text == nullptr ? "" : *text;
}

std::string CopiesText(const ErasureReceipt& receipt) {
  std::string text;
  for (const node::v1::KeyCopy& copy : receipt.key_copies()) {
    absl::StrAppend(&text, text.empty() ? "" : "; ", copy.label(), " of ", TimeText(true, copy.create_time()),
                    copy.has_overwrite_time() ? ", overwritten " : ", may still be there",
                    TimeText(copy.has_overwrite_time(), copy.overwrite_time()));
  }
  return text;
}

std::string BackupsText(const ErasureReceipt& receipt) {
  std::string text;
  for (const node::v1::Backup& backup : receipt.backups())
    absl::StrAppend(&text, text.empty() ? "" : "; ", backup.name(), " of ", TimeText(true, backup.create_time()));
  return text;
}

absl::Status CheckSignature(const ErasureReceipt& receipt) {
  PublicKey key{};
  if (receipt.signing_key().size() == key.size()) {
    std::copy(receipt.signing_key().begin(), receipt.signing_key().end(), key.begin());
    return VerifySignature(key, "aangan/v1/erasure receipt", receipt.signed_bytes(), AsBytes(receipt.signature()));
  }
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kBadSignature, "the receipt has no key");
}

void Show(const Session& session, const ErasureReceipt& receipt) {
  Table table{{"receipt", "issue_time", "enrol_time", "destroy_time", "destroyed_sequence", "clear_time", "key_copies",
               "backups"},
              {{receipt.name(), TimeValue(true, receipt.issue_time()),
                TimeValue(receipt.has_enrol_time(), receipt.enrol_time()),
                TimeValue(receipt.has_destroy_time(), receipt.destroy_time()), receipt.destroyed_sequence(),
                TimeValue(receipt.has_clear_time(), receipt.clear_time()), TextOrNothing(CopiesText(receipt)),
                TextOrNothing(BackupsText(receipt))}}};
  if (!receipt.signed_bytes().empty()) {
    table.columns.insert(table.columns.end(), {"signed_bytes", "signature", "signing_key"});
    for (const std::string& each : {receipt.signed_bytes(), receipt.signature(), receipt.signing_key()})
      table.rows[0].push_back(ToHex(AsBytes(each)));
  }
  session.output().PrintObject(table);
}

// What people have to do now, by the copies that are left.
void SayNext(const Session& session, const ErasureReceipt& receipt) {
  const bool left = std::any_of(receipt.key_copies().begin(), receipt.key_copies().end(),
                                [](const auto& copy) { return !copy.has_overwrite_time(); });
  session.output().Say(left ? "The copies of the key file above still hold her key. Write a new one over each: aangan "
                              "backup --keys-to ... --label ...; then: aangan receipt"
                            : "No copy of the key file that this node made holds her key any more.");
}

absl::StatusOr<ErasureReceipt> AskReceipt(const Channel& channel, const std::string& member) {
  const auto stub = BackupService::NewStub(channel.grpc());
  node::v1::GetErasureReceiptRequest request;
  request.set_name(absl::StrCat("erasureReceipts/", absl::StripPrefix(member, "members/")));
  ASSIGN_OR_RETURN(ErasureReceipt receipt, channel.Call(stub.get(), &BackupService::Stub::GetErasureReceipt, request));
  RETURN_IF_ERROR(CheckSignature(receipt));
  return receipt;
}

absl::StatusOr<int> Receipt(const Session& session, const Wish& wish) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kOperator));
  ASSIGN_OR_RETURN(const ErasureReceipt receipt, AskReceipt(*channel, wish.member));
  Show(session, receipt);
  SayNext(session, receipt);
  return kExitOk;
}

bool Confirmed(const Wish& wish) {
  if (wish.yes) return true;
  if (isatty(STDIN_FILENO) == 0) return false;
  std::cerr << "This can not be taken back. To go on, type her name again (members/...): ";
  std::string typed;
  std::getline(std::cin, typed);
  return typed == wish.member;
}

absl::StatusOr<int> Erase(const Session& session, const Wish& wish) {
  ASSIGN_OR_RETURN(const auto channel, session.Node(NodeRole::kCaseworker));
  const auto backups = BackupService::NewStub(channel->grpc());
  const auto members = MemberService::NewStub(channel->grpc());
  node::v1::PreviewErasureRequest preview;
  preview.set_member(wish.member);
  ASSIGN_OR_RETURN(const ErasureReceipt before,
                   channel->Call(backups.get(), &BackupService::Stub::PreviewErasure, preview));
  if (wish.dry_run) {
    Show(session, before);
    session.output().Say("Nothing was changed. This is what a receipt would name if she were erased now.");
    return kExitOk;
  }
  if (!Confirmed(wish)) {
    return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField,
                   "nothing was erased: it was not confirmed")
        .Field("--yes", "must be given where nobody can be asked");
  }
  node::v1::GetMemberRequest get;
  get.set_name(wish.member);
  ASSIGN_OR_RETURN(const node::v1::Member member, channel->Call(members.get(), &MemberService::Stub::GetMember, get));
  node::v1::DeleteMemberRequest request;
  request.set_name(wish.member);
  request.set_etag(member.etag());
  request.set_request_id(NewRequestId());
  RETURN_IF_ERROR(channel->Call(members.get(), &MemberService::Stub::DeleteMember, request).status());
  session.output().Say("Her key is destroyed. The files of the store are being cleared.");
  absl::StatusOr<ErasureReceipt> receipt = AskReceipt(*channel, wish.member);
  for (int i = 0; absl::IsNotFound(receipt.status()) && i < kQuestionsMax; ++i) {
    WaitALittle();
    receipt = AskReceipt(*channel, wish.member);
  }
  if (absl::IsNotFound(receipt.status())) {
    session.output().Say("The files are not cleared yet, because somebody reads them. Later: aangan receipt");
    return kExitUnavailable;
  }
  RETURN_IF_ERROR(receipt.status());
  Show(session, *receipt);
  SayNext(session, *receipt);
  return kExitOk;
}

}  // namespace

void AddErase(CLI::App& app, Session& session) {
  const auto wish = std::make_shared<Wish>();
  CLI::App* erase = AddCommand(app, "erase", "Erase a member for good, with a signed receipt",
                               "aangan erase members/... --dry-run --token-file caseworker.token");
  erase->add_option("member", wish->member, "members/...")->required();
  erase->add_flag("--dry-run", wish->dry_run, "only say what a receipt would name");
  erase->add_flag("--yes", wish->yes, "do not ask again");
  erase->callback([&session, wish] { session.run = [&session, wish] { return Erase(session, *wish); }; });
  CLI::App* receipt =
      AddCommand(app, "receipt", "Show the receipt of an erasure, as things stand now", "aangan receipt members/...");
  receipt->add_option("member", wish->member, "members/...")->required();
  receipt->callback([&session, wish] { session.run = [&session, wish] { return Receipt(session, *wish); }; });
}

}  // namespace aangan::client
