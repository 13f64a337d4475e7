// SPDX-License-Identifier: Apache-2.0
// aangan.federation.v1 can not express a person: a walk over its descriptors. Every string or bytes field stands on a
// short list with its reason, and what a node sends has a shorter one still.
#include <google/protobuf/descriptor.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "aangan/federation/v1/answers.pb.h"
#include "aangan/federation/v1/apps.pb.h"
#include "aangan/federation/v1/catalogue.pb.h"
#include "aangan/federation/v1/certificates.pb.h"
#include "aangan/federation/v1/contributions.pb.h"
#include "aangan/federation/v1/figures.pb.h"
#include "aangan/federation/v1/log.pb.h"
#include "aangan/federation/v1/roster.pb.h"
#include "aangan/federation/v1/rounds.pb.h"
#include "gtest/gtest.h"

namespace aangan {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;

// Reason -> fields, "Message.field" without the package.
const std::map<std::string, std::set<std::string>> kAllowed = {
    {"public text of the catalogue, written by the federation and signed by collectives",
     {"Catalogue.title", "CodeList.title", "CodeList.source", "Code.title", "Place.title", "Indicator.question",
      "Indicator.source", "Indicator.meaning", "Table.title"}},
    {"slug of a roster, catalogue part or public code",
     {"Catalogue.roster",
      "CodeList.id",
      "Code.id",
      "Place.id",
      "Indicator.id",
      "Indicator.denominator",
      "Filter.domains",
      "Filter.service_types",
      "Filter.instruments",
      "Table.id",
      "Table.indicators",
      "Figure.table",
      "Figure.indicator",
      "Figure.measured_by",
      "FigureCode.code",
      "GetNationalReleaseResponse.spoilt_tables",
      "ListFiguresRequest.indicator",
      "ListTotalsRequest.indicator",
      "ListFiguresRequest.table",
      "ExportFiguresRequest.indicator",
      "ExportFiguresRequest.table",
      "Roster.roster",
      "RoundDescriptor.roster",
      "TableVariance.table",
      "EnrolResponse.roster",
      "Collective.state",
      "CreateJoinTokenRequest.state",
      "KeyBatch.roster",
      "KeyChange.roster",
      "LogHead.roster"}},
    {"slug or name of a collective or of the organisation that runs it: that it takes part is public",
     {"Place.collectives",
      "CollectiveSignature.collective",
      "Receipt.collective",
      "NationalRelease.contributors",
      "NationalRelease.missing",
      "ListTotalsResponse.contributors",
      "ListTotalsResponse.missing",
      "ListFiguresResponse.contributors",
      "ListFiguresResponse.missing",
      "Collective.id",
      "Certificate.collective",
      "Collective.title",
      "Collective.run_by",
      "RosterSignature.collective",
      "ProposeEpochRequest.collectives",
      "CreateJoinTokenRequest.id",
      "CreateJoinTokenRequest.title",
      "CreateJoinTokenRequest.run_by",
      "EnrolResponse.id",
      "Round.contributors",
      "FrozenContribution.collective",
      "Round.answered",
      "Round.differing",
      "Round.excluded",
      "Share.dealer",
      "Answer.collective",
      "Complaint.complainer",
      "Complaint.dealer",
      "CreateComplaintRequest.dealer",
      "KeyBatch.collective",
      "KeyChange.collective",
      "LogEntry.author",
      "Twin.collective",
      "CollectiveIncarnations.collective"}},
    {"a quarter or a year",
     {"Catalogue.first_period", "Catalogue.last_period", "Figure.period", "ListFiguresRequest.period",
      "ExportFiguresRequest.period", "ListTotalsRequest.period", "RoundDescriptor.period", "KeyBatch.first_period",
      "Void.period", "SeenObject.period"}},
    {"a quarter, an epoch or a version", {"LogEntry.subject"}},
    {"resource name under rosters/{roster}; no resource there is a person",
     {"SignedCatalogue.name",
      "ProposeCatalogueRequest.parent",
      "GetCatalogueRequest.name",
      "ListCataloguesRequest.parent",
      "SignCatalogueRequest.name",
      "Upload.name",
      "GetUploadRequest.name",
      "UploadChunkRequest.name",
      "NationalRelease.name",
      "GetNationalReleaseRequest.name",
      "ListNationalReleasesRequest.parent",
      "ListFiguresRequest.parent",
      "ListTotalsRequest.parent",
      "ExportFiguresRequest.parent",
      "ExportNationalReleaseRequest.name",
      "ImportNationalReleaseRequest.parent",
      "ListIndicatorsRequest.parent",
      "SignedRoster.name",
      "ProposeEpochRequest.parent",
      "GetEpochRequest.name",
      "SignEpochRequest.name",
      "ListCollectivesRequest.parent",
      "CreateJoinTokenRequest.parent",
      "Round.name",
      "GetRoundRequest.name",
      "ListRoundsRequest.parent",
      "Answer.name",
      "ListSharesRequest.parent",
      "CreateAnswerRequest.parent",
      "ListAnswersRequest.parent",
      "CreateComplaintRequest.parent",
      "ListComplaintsRequest.parent",
      "ListLogEntriesRequest.parent",
      "ListIncarnationsRequest.parent",
      "PublishKeyBatchRequest.parent",
      "App.name",
      "Certificate.name",
      "ListCertificatesRequest.parent",
      "RevokeCertificateRequest.name",
      "ListAppsRequest.parent",
      "DeleteAppRequest.name",
      "CreateBrowserTokenRequest.parent"}},
    {"a file of released figures, made by the export_* rooms out of what ListFigures answers, its media type and its "
     "name",
     {"ExportFiguresResponse.content", "ExportFiguresResponse.content_type", "ExportFiguresResponse.file_name"}},
    {"page token, sealed by the federation and only handed back",
     {"ListCataloguesRequest.page_token",
      "ListCataloguesResponse.next_page_token",
      "ListNationalReleasesRequest.page_token",
      "ListNationalReleasesResponse.next_page_token",
      "ListFiguresRequest.page_token",
      "ListFiguresResponse.next_page_token",
      "ListTotalsRequest.page_token",
      "ListTotalsResponse.next_page_token",
      "ListIndicatorsRequest.page_token",
      "ListIndicatorsResponse.next_page_token",
      "ListCollectivesRequest.page_token",
      "ListCollectivesResponse.next_page_token",
      "ListAppsRequest.page_token",
      "ListAppsResponse.next_page_token",
      "ListCertificatesRequest.page_token",
      "ListCertificatesResponse.next_page_token",
      "ListRoundsRequest.page_token",
      "ListRoundsResponse.next_page_token",
      "ListSharesRequest.page_token",
      "ListSharesResponse.next_page_token",
      "ListAnswersRequest.page_token",
      "ListAnswersResponse.next_page_token",
      "ListComplaintsRequest.page_token",
      "ListComplaintsResponse.next_page_token",
      "ListIncarnationsRequest.page_token",
      "ListIncarnationsResponse.next_page_token"}},
    {"SHA-256 of a public or protected object, 32 bytes",
     {"SignedCatalogue.digest", "Upload.digest", "Receipt.round_id", "Receipt.digest", "UploadChunkRequest.digest",
      "NationalRelease.round_id", "NationalRelease.freeze_digest", "Roster.previous_digest", "SignedRoster.digest",
      "RoundDescriptor.roster_digest", "RoundDescriptor.catalogue_digest", "Freeze.round_id", "Void.round_id",
      "KeyChange.certificate_request_digest", "FrozenContribution.digest", "Collective.certificate_fingerprint",
      "LogEntry.digest", "LogHead.head", "SeenObject.digest"}},
    {"16 random bytes of one life of an organisation's machine", {"SeenObject.incarnation", "Incarnation.id"}},
    {"Ed25519 signature or public key of an organisation's machine",
     {"CollectiveSignature.signature", "Receipt.signature", "NationalRelease.signature", "Roster.federation_key",
      "Collective.signing_key", "RosterSignature.signature", "Round.descriptor_signature", "Round.freeze_signature",
      "Round.void_signature", "EnrolRequest.signing_key", "EnrolRequest.key_change_signature", "KeyChange.signing_key",
      "EnrolResponse.federation_key", "LogEntry.signature", "ListLogEntriesResponse.head_signature",
      "PublishKeyBatchRequest.signature"}},
    {"fingerprint of a federation's public key, as people read it out",
     {"ExportNationalReleaseResponse.key_phrase", "ImportNationalReleaseRequest.key_phrase"}},
    {"X25519 public key of an organisation's machine", {"RoundDescriptor.recipient_keys", "KeyBatch.keys"}},
    {"hashes and degree check of a dealer, uniform words", {"Share.head"}},
    {"one share of a protected vector, sealed to one holder: privacy::BuildSummed is its only maker", {"Share.sealed"}},
    {"sums of shares over all dealers of a freeze, signed: privacy::BuildAnswer is their only maker",
     {"Answer.answer", "CreateAnswerRequest.answer"}},
    {"opens one bad share of a cheating dealer: privacy::BuildComplaint is its only maker",
     {"Complaint.complaint", "CreateComplaintRequest.complaint"}},
    {"enrolment of a machine: credentials, certificate request and certificates",
     {"CreateJoinTokenResponse.join_token", "EnrolRequest.join_token", "EnrolRequest.certificate_request",
      "EnrolResponse.certificate_pem", "EnrolResponse.authority_pem", "EnrolResponse.access_token",
      "RenewCertificateRequest.certificate_request", "RenewCertificateResponse.certificate_pem"}},
    {"the secret of a token for an app's browser, from the system's randomness, shown once",
     {"CreateBrowserTokenResponse.secret"}},
    {"the protected vector, noised before it becomes bytes: privacy::ProtectedVector is its only maker",
     {"UploadChunkRequest.chunk"}},
};

std::vector<const FileDescriptor*> Files() {
  return {federation::v1::Answer::descriptor()->file(),     federation::v1::LogEntry::descriptor()->file(),
          federation::v1::Catalogue::descriptor()->file(),  federation::v1::Receipt::descriptor()->file(),
          federation::v1::Figure::descriptor()->file(),     federation::v1::Roster::descriptor()->file(),
          federation::v1::Round::descriptor()->file(),      federation::v1::App::descriptor()->file(),
          federation::v1::Certificate::descriptor()->file()};
}

bool IsText(const FieldDescriptor& field) {
  return field.type() == FieldDescriptor::TYPE_STRING || field.type() == FieldDescriptor::TYPE_BYTES;
}

std::string Short(const FieldDescriptor& field) { return field.containing_type()->name() + "." + field.name(); }

void Collect(const Descriptor& message, std::set<const Descriptor*>* seen, std::set<std::string>* text) {
  if (!seen->insert(&message).second) return;
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& field = *message.field(i);
    if (IsText(field)) text->insert(Short(field));
    if (field.message_type() != nullptr) Collect(*field.message_type(), seen, text);
  }
  for (int i = 0; i < message.nested_type_count(); ++i) Collect(*message.nested_type(i), seen, text);
}

TEST(FederationDescriptors, EveryTextFieldStandsOnTheListWithItsReason) {
  std::set<std::string> allowed;
  for (const auto& [reason, fields] : kAllowed) {
    for (const std::string& field : fields) EXPECT_TRUE(allowed.insert(field).second) << field << " stands twice";
  }
  std::set<std::string> found;
  std::set<const Descriptor*> seen;
  for (const FileDescriptor* file : Files()) {
    for (int i = 0; i < file->message_type_count(); ++i) Collect(*file->message_type(i), &seen, &found);
  }
  for (const std::string& field : found)
    EXPECT_TRUE(allowed.contains(field)) << field << " could carry text: give it a type, or a reason on the list";
  for (const std::string& field : allowed) EXPECT_TRUE(found.contains(field)) << field << " is on the list, but gone";
}

// What a node's certificate may send: the requests of the rpcs that federation_link calls.
TEST(FederationDescriptors, WhatANodeSendsIsShorterStill) {
  const std::set<std::string> sent = {
      "GetEpoch",         "SignEpoch",         "ListCatalogues",     "SignCatalogue",  "ListRounds",
      "GetUpload",        "UploadChunk",       "GetNationalRelease", "Enrol",          "ListShares",
      "CreateAnswer",     "ListAnswers",       "CreateComplaint",    "ListLogEntries", "PublishKeyBatch",
      "RenewCertificate", "ConfirmCertificate"};
  const std::set<std::string> allowed = {"GetEpochRequest.name",
                                         "SignEpochRequest.name",
                                         "RosterSignature.collective",
                                         "RosterSignature.signature",
                                         "ListCataloguesRequest.parent",
                                         "ListCataloguesRequest.page_token",
                                         "SignCatalogueRequest.name",
                                         "CollectiveSignature.collective",
                                         "CollectiveSignature.signature",
                                         "ListRoundsRequest.parent",
                                         "ListRoundsRequest.page_token",
                                         "GetUploadRequest.name",
                                         "UploadChunkRequest.name",
                                         "UploadChunkRequest.digest",
                                         "UploadChunkRequest.chunk",
                                         "GetNationalReleaseRequest.name",
                                         "RenewCertificateRequest.certificate_request",
                                         "EnrolRequest.join_token",
                                         "EnrolRequest.certificate_request",
                                         "EnrolRequest.signing_key",
                                         "EnrolRequest.key_change_signature",
                                         "ListSharesRequest.parent",
                                         "ListSharesRequest.page_token",
                                         "CreateAnswerRequest.parent",
                                         "CreateAnswerRequest.answer",
                                         "ListAnswersRequest.parent",
                                         "ListAnswersRequest.page_token",
                                         "CreateComplaintRequest.parent",
                                         "CreateComplaintRequest.dealer",
                                         "CreateComplaintRequest.complaint",
                                         "ListLogEntriesRequest.parent",
                                         "PublishKeyBatchRequest.parent",
                                         "PublishKeyBatchRequest.signature",
                                         "KeyBatch.roster",
                                         "KeyBatch.collective",
                                         "KeyBatch.first_period",
                                         "KeyBatch.keys"};
  std::set<std::string> found;
  std::set<const Descriptor*> seen;
  size_t methods = 0;
  for (const FileDescriptor* file : Files()) {
    for (int s = 0; s < file->service_count(); ++s) {
      for (int m = 0; m < file->service(s)->method_count(); ++m) {
        const auto& method = *file->service(s)->method(m);
        if (!sent.contains(method.name())) continue;
        ++methods;
        Collect(*method.input_type(), &seen, &found);
      }
    }
  }
  EXPECT_EQ(methods, sent.size());
  EXPECT_EQ(found, allowed);
}

// A collective alone sees how many of its records came too late.
TEST(FederationDescriptors, NoCountOfLateRecords) {
  int fields = 0;
  for (const FileDescriptor* file : Files()) {
    for (int i = 0; i < file->message_type_count(); ++i) {
      const Descriptor& message = *file->message_type(i);
      EXPECT_EQ(message.name().find("Late"), std::string::npos) << message.full_name();
      for (int f = 0; f < message.field_count(); ++f, ++fields) {
        const std::string words = "_" + message.field(f)->name() + "_";
        EXPECT_EQ(words.find("_late_"), std::string::npos) << message.field(f)->full_name();
      }
    }
  }
  EXPECT_GT(fields, 50);
}

TEST(FederationDescriptors, NothingOpenEndedAndNothingOfTheNode) {
  std::set<const Descriptor*> seen;
  std::set<std::string> text;
  for (const FileDescriptor* file : Files()) {
    for (int i = 0; i < file->dependency_count(); ++i) {
      const std::string name = file->dependency(i)->name();
      EXPECT_EQ(name.find("aangan/node/"), std::string::npos) << name;
      EXPECT_EQ(name.find("aangan/store/"), std::string::npos) << name;
    }
    for (int i = 0; i < file->message_type_count(); ++i) Collect(*file->message_type(i), &seen, &text);
  }
  for (const Descriptor* message : seen) {
    EXPECT_NE(message->full_name(), "google.protobuf.Any");
    EXPECT_NE(message->full_name(), "google.protobuf.Struct");
    EXPECT_NE(message->full_name(), "google.type.Date") << "an exact day has no place in a figure";
    EXPECT_EQ(message->extension_range_count(), 0) << message->full_name();
    for (int i = 0; i < message->field_count(); ++i) EXPECT_FALSE(message->field(i)->is_map()) << message->full_name();
  }
}

}  // namespace
}  // namespace aangan
