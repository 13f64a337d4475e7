// SPDX-License-Identifier: Apache-2.0
// Nobody takes the audit log away alone: the second person's yes to an export, over the real port.
#include <gtest/gtest.h>

#include "tests/unit/server/node/audit_under_test.h"

namespace aangan::node {
namespace {

using absl::StatusCode;
using tests::HasProblem;
using tests::IsOk;
using tests::NodeClient;
using Audit = v1::AuditService::Stub;
using Permits = v1::PermitService::Stub;

const auto kPermitProblem = HasProblem(StatusCode::kPermissionDenied, Reason::kPermitNeeded);
const auto kPageProblem = HasProblem(StatusCode::kInvalidArgument, Reason::kBadPageToken);

class AuditExportTest : public AuditTest {
 protected:
  static v1::ExportAuditRequest With(const std::string& permit, int page_size = 0) {
    v1::ExportAuditRequest request;
    request.set_permit(permit);
    request.set_page_size(page_size);
    return request;
  }
  static v1::ExportAuditRequest Behind(const v1::ExportAuditResponse& page) {
    v1::ExportAuditRequest request;
    request.set_page_token(page.next_page_token());
    request.set_page_size(3);
    return request;
  }
};

TEST_F(AuditExportTest, WithoutAYesNothingGoesOut) {
  const int64_t before = Head().entries();
  const absl::Status refusal = Export(steward_, {}).status();
  EXPECT_THAT(refusal, kPermitProblem);
  EXPECT_EQ(Head().entries(), before) << "what shows nothing leaves nothing";
  const v1::CreatePermitRequest wish = tests::PermitWish(refusal);
  EXPECT_EQ(wish.permit().kind(), v1::PERMIT_KIND_EXPORT);
  EXPECT_EQ(wish.permit().subject(), "auditEntries");
  const absl::Status other_size = Export(steward_, With("", 5)).status();
  EXPECT_EQ(tests::PermitWish(other_size).permit().request_digest(), wish.permit().request_digest());
  const v1::Permit asked = Must(steward_, *steward_.permits, &Permits::CreatePermit, wish);
  EXPECT_THAT(Export(steward_, With(asked.name())).status(), kPermitProblem) << "one person's yes stays one";
  EXPECT_THAT(Export(steward_, With("permits/aaaaaaaaaaaaaaaaaaaaaaaaaa")).status(), kPermitProblem);
}

TEST_F(AuditExportTest, AYesIsForItsAskerOnceAndForNothingElse) {
  const std::string permit = PermitToExport();
  EXPECT_THAT(Export(*second_, With(permit)).status(), kPermitProblem) << "whoever asked takes the step";
  ASSERT_THAT(Export(steward_, With(permit)), IsOk());
  EXPECT_THAT(Export(steward_, With(permit)).status(), kPermitProblem) << "used";
  // An auditor takes the log away with a steward's yes.
  const std::string hers = tests::PermitFor(Export(*second_, {}).status(), *second_, steward_);
  EXPECT_THAT(Export(steward_, With(hers)).status(), kPermitProblem);
  EXPECT_THAT(Export(*second_, With(hers)), IsOk());
  v1::CreatePermitRequest wish = tests::PermitWish(Export(steward_, {}).status());
  wish.mutable_permit()->set_kind(v1::PERMIT_KIND_UNSEAL);
  v1::ApprovePermitRequest approve;
  approve.set_name(Must(steward_, *steward_.permits, &Permits::CreatePermit, wish).name());
  Must(*second_, *second_->permits, &Permits::ApprovePermit, approve);
  EXPECT_THAT(Export(steward_, With(approve.name())).status(), kPermitProblem) << "a yes to something else";
}

TEST_F(AuditExportTest, LaterPagesNeedNoneAndEndWhereTheLogEndedThen) {
  for (int i = 0; i < 5; ++i) Create();
  const auto first = Export(steward_, With(PermitToExport(), 3));
  ASSERT_THAT(first, IsOk());
  ASSERT_NE(first->next_page_token(), "");
  Create();
  v1::AuditEntry last;
  v1::ExportAuditRequest request = Behind(*first);
  while (!request.page_token().empty()) {
    const auto page = Export(steward_, request);
    ASSERT_THAT(page, IsOk());
    ASSERT_GT(page->audit_entries_size(), 0);
    last = *page->audit_entries().rbegin();
    request = Behind(*page);
  }
  EXPECT_EQ(last.action(), v1::AUDIT_ACTION_PERMIT_USED) << "what came after it takes another yes";
  EXPECT_THAT(Export(steward_, Behind(*first)), IsOk());
}

TEST_F(AuditExportTest, APageOfAnotherCallerOrListOpensNone) {
  for (int i = 0; i < 5; ++i) Create();
  const auto first = Export(steward_, With(PermitToExport(), 3));
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT(Export(*second_, Behind(*first)).status(), kPageProblem);
  v1::ListAuditEntriesRequest list;
  list.set_page_size(3);
  const auto listed = Must(steward_, *steward_.audit, &Audit::ListAuditEntries, list);
  ASSERT_NE(listed.next_page_token(), "");
  v1::ExportAuditRequest request;
  request.set_page_token(listed.next_page_token());
  EXPECT_THAT(Export(steward_, request).status(), kPageProblem);
  list.set_page_token(first->next_page_token());
  v1::ListAuditEntriesResponse none;
  EXPECT_THAT(steward_.Call(*steward_.audit, &Audit::ListAuditEntries, list, &none), kPageProblem);
}

}  // namespace
}  // namespace aangan::node
