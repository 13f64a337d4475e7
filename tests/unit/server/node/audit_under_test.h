// SPDX-License-Identifier: Apache-2.0
// A node whose audit log is looked at: the calls that its tests share.
#ifndef AANGAN_TESTS_UNIT_SERVER_NODE_AUDIT_UNDER_TEST_H_
#define AANGAN_TESTS_UNIT_SERVER_NODE_AUDIT_UNDER_TEST_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "tests/support/daemon_process.h"
#include "tests/support/second_person.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/server/node/node_under_test.h"

namespace aangan::node {

class AuditTest : public ::testing::Test {
 protected:
  AuditTest() : steward_(node_.Steward()), caseworker_(node_.Caseworker()) {}

  template <typename Stub, typename Request, typename Response>
  static Response Must(const tests::NodeClient& client, Stub& stub,
                       grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                       const Request& request) {
    Response response;
    EXPECT_THAT(client.Call(stub, method, request, &response), tests::IsOk());
    return response;
  }

  v1::Member Create() {
    v1::CreateMemberRequest request;
    *request.mutable_member() = tests::SomeMember();
    *request.add_consents() = tests::CountedConsent();
    return Must(caseworker_, *caseworker_.members, &v1::MemberService::Stub::CreateMember, request);
  }
  // Erases her and waits until there is a receipt, whose name it gives: the clearing leaves an entry of its own.
  std::string Erase(const v1::Member& member) {
    v1::DeleteMemberRequest erase;
    erase.set_name(member.name());
    erase.set_etag(member.etag());
    Must(caseworker_, *caseworker_.members, &v1::MemberService::Stub::DeleteMember, erase);
    v1::GetErasureReceiptRequest get;
    get.set_name(absl::StrCat("erasureReceipts/", absl::StripPrefix(member.name(), "members/")));
    EXPECT_TRUE(tests::Eventually(absl::Seconds(60), [&] {
      v1::ErasureReceipt receipt;
      return caseworker_.Call(*caseworker_.backups, &v1::BackupService::Stub::GetErasureReceipt, get, &receipt).ok();
    }));
    return get.name();
  }
  v1::AuditHead Head() const {
    return Must(steward_, *steward_.audit, &v1::AuditService::Stub::GetAuditHead, v1::GetAuditHeadRequest());
  }
  std::vector<v1::AuditEntry> EntriesOf(const tests::NodeClient& client, const std::string& member) {
    v1::ListAuditEntriesRequest request;
    request.set_member(member);
    const auto page = Must(client, *client.audit, &v1::AuditService::Stub::ListAuditEntries, request);
    return {page.audit_entries().begin(), page.audit_entries().end()};
  }
  // A second person's yes to an export. Her token is made by the first call: a token with grants is made before it, or
  // with her yes.
  std::string PermitToExport() {
    if (second_ == nullptr)
      second_ = std::make_unique<tests::NodeClient>(node_.Client(tests::TokenFor(steward_, v1::ROLE_AUDITOR)));
    return tests::PermitFor(Export(steward_, {}).status(), steward_, *second_);
  }
  static absl::StatusOr<v1::ExportAuditResponse> Export(const tests::NodeClient& client,
                                                        const v1::ExportAuditRequest& request) {
    v1::ExportAuditResponse page;
    const absl::Status status = client.Call(*client.audit, &v1::AuditService::Stub::ExportAudit, request, &page);
    if (!status.ok()) return status;
    return page;
  }
  absl::Status Verify(const std::vector<v1::AuditHead>& heads, const std::vector<std::string>& phrases = {}) {
    v1::VerifyAuditRequest request;
    for (const v1::AuditHead& head : heads) *request.add_heads() = head;
    for (const std::string& phrase : phrases) request.add_phrases(phrase);
    v1::VerifyAuditResponse response;
    return steward_.Call(*steward_.audit, &v1::AuditService::Stub::VerifyAudit, request, &response);
  }

  NodeUnderTest node_;
  tests::NodeClient steward_;
  tests::NodeClient caseworker_;
  std::unique_ptr<tests::NodeClient> second_;
};

}  // namespace aangan::node

#endif  // AANGAN_TESTS_UNIT_SERVER_NODE_AUDIT_UNDER_TEST_H_
