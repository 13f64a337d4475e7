// SPDX-License-Identifier: Apache-2.0
// A file's rows over the real port: each whole or not at all, told by line, and the same file again adds nothing.
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "base/digest.h"
#include "server/node/import_rpc.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/server/node/node_under_test.h"

namespace aangan::node {
namespace {

using absl::StatusCode;
using tests::HasProblem;
using tests::IsOk;
using tests::NodeClient;

v1::ImportRow Row(int line) {
  v1::ImportRow row;
  row.set_line(line);
  row.set_row_digest(std::string(AsText(Sha256(absl::StrCat("row ", line)))));
  *row.mutable_member() = tests::SomeMember();
  *row.add_consents() = tests::CountedConsent();
  *row.add_services() = tests::SomeService();
  *row.add_assessments() = tests::SomeAssessment();
  return row;
}

class Importing : public ::testing::Test {
 protected:
  absl::StatusOr<v1::ImportRecordsResponse> Import(const std::vector<v1::ImportRow>& rows,
                                                   const std::string& mapping = "test") {
    const NodeClient client = node_.Operator();
    grpc::ClientContext context;
    client.Prepare(context);
    v1::ImportRecordsResponse response;
    const auto stream = client.operators->ImportRecords(&context, &response);
    v1::ImportRecordsRequest request;
    request.set_mapping_id(mapping);
    for (const v1::ImportRow& row : rows) {
      *request.add_rows() = row;
      if (request.rows_size() < 100) continue;
      if (!stream->Write(request)) break;
      request.clear_rows();
    }
    stream->Write(request);
    stream->WritesDone();
    const absl::Status status = NodeClient::Translate(stream->Finish());
    if (!status.ok()) return status;
    return response;
  }
  absl::StatusOr<v1::ImportRecordsResponse> Batch(const std::vector<v1::ImportRow>& rows, bool validate_only = false,
                                                  const std::string& mapping = "test") {
    const NodeClient client = node_.Operator();
    v1::ImportBatchRequest request;
    request.set_mapping_id(mapping);
    request.set_validate_only(validate_only);
    for (const v1::ImportRow& row : rows) *request.add_rows() = row;
    v1::ImportRecordsResponse response;
    const absl::Status status =
        client.Call(*client.operators, &v1::OperatorService::Stub::ImportBatch, request, &response);
    if (!status.ok()) return status;
    return response;
  }
  int Members() {
    const NodeClient client = node_.Caseworker();
    v1::ListMembersRequest request;
    request.set_page_size(200);
    v1::ListMembersResponse response;
    EXPECT_THAT(client.Call(*client.members, &v1::MemberService::Stub::ListMembers, request, &response), IsOk());
    return response.members_size();
  }
  NodeUnderTest node_;
};

TEST_F(Importing, TheSameFileAgainAddsNothing) {
  const std::vector<v1::ImportRow> rows = {Row(1), Row(2), Row(3)};
  const auto first = Import(rows);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->added_rows(), 3);
  const auto again = Import(rows);
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->added_rows(), 0);
  EXPECT_EQ(again->repeated_rows(), 3);
  EXPECT_EQ(Members(), 3);
}

TEST_F(Importing, IdenticalRowsOfOneFileAreDifferentMembers) {
  v1::ImportRow first = Row(1), second = Row(1);
  second.set_line(2);
  second.set_occurrence(1);
  const auto imported = Import({first, second});
  ASSERT_THAT(imported, IsOk());
  EXPECT_EQ(imported->added_rows(), 2);
}

TEST_F(Importing, ARefusedRowIsToldByLineAndLeavesNothing) {
  v1::ImportRow unknown_code = Row(2);
  unknown_code.mutable_services(0)->set_type("canary");
  v1::ImportRow future = Row(4);
  future.mutable_assessments(0)->mutable_date()->set_year(2190);
  v1::ImportRow nobody = Row(5);
  nobody.clear_member();
  nobody.set_member_name("members/aaaaaaaaaaaaaaaaaaaaaaaaaa");
  const auto imported = Import({Row(1), unknown_code, Row(3), future, nobody});
  ASSERT_THAT(imported, IsOk());
  EXPECT_EQ(imported->added_rows(), 2);
  ASSERT_EQ(imported->refused_rows_size(), 3);
  EXPECT_EQ(imported->refused_rows(0).line(), 2);
  EXPECT_EQ(imported->refused_rows(0).reason(), "UNKNOWN_CODE");
  EXPECT_EQ(imported->refused_rows(0).field(), "service.type");
  EXPECT_EQ(imported->refused_rows(1).line(), 4);
  EXPECT_EQ(imported->refused_rows(1).reason(), "INVALID_FIELD");
  EXPECT_EQ(imported->refused_rows(2).line(), 5);
  EXPECT_EQ(imported->refused_rows(2).reason(), "NOT_FOUND");
  EXPECT_EQ(imported->SerializeAsString().find("canary"), std::string::npos);
  EXPECT_EQ(Members(), 2);
}

TEST_F(Importing, AStreamNamesItsMappingAndHasABound) {
  EXPECT_THAT(Import({Row(1)}, ""), HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
  EXPECT_EQ(Members(), 0);
  std::vector<v1::ImportRow> rows;
  for (int line = 1; line <= 2001; ++line) rows.push_back(Row(line));
  EXPECT_THAT(Import(rows), HasProblem(StatusCode::kInvalidArgument, Reason::kTooMany));
}

TEST_F(Importing, ABatchAndAStreamKnowEachOthersRows) {
  const std::vector<v1::ImportRow> rows = {Row(1), Row(2), Row(3)};
  const auto first = Batch(rows);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->added_rows(), 3);
  for (const auto& again : {Batch(rows), Import(rows)}) {
    ASSERT_THAT(again, IsOk());
    EXPECT_EQ(again->added_rows(), 0);
    EXPECT_EQ(again->repeated_rows(), 3);
  }
  EXPECT_EQ(Members(), 3);
}

TEST_F(Importing, AFullBatchGoesIn) {
  std::vector<v1::ImportRow> rows;
  for (int line = 1; line <= kImportRowsMax; ++line) rows.push_back(Row(line));
  const auto imported = Batch(rows);
  ASSERT_THAT(imported, IsOk());
  EXPECT_EQ(imported->added_rows(), kImportRowsMax);
}

TEST_F(Importing, ALookTellsTheSameAndTakesNothingIn) {
  v1::ImportRow unknown_code = Row(2);
  unknown_code.mutable_services(0)->set_type("canary");
  for (const bool validate_only : {true, false}) {
    const auto told = Batch({Row(1), unknown_code, Row(3)}, validate_only);
    ASSERT_THAT(told, IsOk());
    EXPECT_EQ(told->added_rows(), validate_only ? 0 : 2);
    ASSERT_EQ(told->refused_rows_size(), 1);
    EXPECT_EQ(told->refused_rows(0).line(), 2);
    EXPECT_EQ(told->refused_rows(0).field(), "service.type");
    EXPECT_EQ(Members(), validate_only ? 0 : 2);
  }
}

TEST_F(Importing, ABatchNamesItsMappingAndHasABound) {
  EXPECT_THAT(Batch({Row(1)}, false, ""), HasProblem(StatusCode::kInvalidArgument, Reason::kInvalidField));
  std::vector<v1::ImportRow> rows;
  for (int line = 1; line <= kImportRowsMax + 1; ++line) rows.push_back(Row(line));
  EXPECT_THAT(Batch(rows), HasProblem(StatusCode::kInvalidArgument, Reason::kTooMany));
  EXPECT_EQ(Members(), 0);
}

}  // namespace
}  // namespace aangan::node
