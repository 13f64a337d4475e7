// SPDX-License-Identifier: Apache-2.0
// Canonical bytes: every field of every signed message counts, in a form that never moves.
#include "model/canonical_message.h"

#include <functional>

#include "aangan/federation/v1/figures.pb.h"
#include "base/digest.h"
#include "gtest/gtest.h"
#include "model/catalogue.h"
#include "model/roster.h"
#include "tests/unit/model/model_test_support.h"

namespace aangan::model {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Sets a scalar field, or one element of a repeated one (index >= 0), to another value.
void Change(Message& message, const FieldDescriptor& field, int index) {
  const Reflection& r = *message.GetReflection();
  const bool one = index < 0;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return r.SetInt32(&message, &field, r.GetInt32(message, &field) + 1);
    case FieldDescriptor::CPPTYPE_INT64:
      return r.SetInt64(&message, &field, r.GetInt64(message, &field) + 1);
    case FieldDescriptor::CPPTYPE_BOOL:
      return r.SetBool(&message, &field, !r.GetBool(message, &field));
    case FieldDescriptor::CPPTYPE_ENUM:
      if (one) return r.SetEnumValue(&message, &field, r.GetEnumValue(message, &field) + 1);
      return r.SetRepeatedEnumValue(&message, &field, index, r.GetRepeatedEnumValue(message, &field, index) + 1);
    case FieldDescriptor::CPPTYPE_STRING:
      if (one) return r.SetString(&message, &field, r.GetString(message, &field) + "x");
      return r.SetRepeatedString(&message, &field, index, r.GetRepeatedString(message, &field, index) + "x");
    default:
      FAIL() << field.full_name();
  }
}

// Changes each field below `current` in turn, calls `changed` with its name, and puts it back.
void ForEachChange(Message& current, const std::function<void(const std::string&)>& changed) {
  const std::unique_ptr<Message> before(current.New());
  before->CopyFrom(current);
  const Reflection& r = *current.GetReflection();
  for (int i = 0; i < current.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor& field = *current.GetDescriptor()->field(i);
    const bool is_message = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (!field.is_repeated()) {
      if (is_message) {
        ForEachChange(*r.MutableMessage(&current, &field), changed);
        r.ClearField(&current, &field);
      } else {
        Change(current, field, -1);
      }
      changed(field.full_name());
      current.CopyFrom(*before);
      continue;
    }
    for (int k = 0; k < r.FieldSize(*before, &field); ++k) {
      if (is_message) {
        ForEachChange(*r.MutableRepeatedMessage(&current, &field, k), changed);
        continue;
      }
      Change(current, field, k);
      changed(field.full_name());
      current.CopyFrom(*before);
    }
    if (is_message)
      r.AddMessage(&current, &field);
    else if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM)
      r.AddEnumValue(&current, &field, 0);
    else
      r.AddString(&current, &field, "");
    changed(field.full_name() + " longer");
    current.CopyFrom(*before);
    if (r.FieldSize(current, &field) > 1) {
      r.SwapElements(&current, &field, 0, 1);
      changed(field.full_name() + " swapped");
      current.CopyFrom(*before);
    }
  }
}

void ExpectEveryFieldCounts(Message& message, int changes_min) {
  const std::string before = CanonicalMessage(message).value();
  int changes = 0;
  ForEachChange(message, [&](const std::string& field) {
    ++changes;
    EXPECT_NE(CanonicalMessage(message).value(), before) << field;
  });
  EXPECT_EQ(CanonicalMessage(message).value(), before) << "the walk must put everything back";
  EXPECT_GE(changes, changes_min);
}

TEST(CanonicalMessage, EveryFieldOfACatalogueChangesItsBytes) {
  federation::v1::Catalogue catalogue = SmallCatalogue();
  ExpectEveryFieldCounts(catalogue, 150);
}

TEST(CanonicalMessage, EveryFieldOfARosterChangesItsBytes) {
  federation::v1::Roster roster = MakeRoster(3, 1).roster;
  ExpectEveryFieldCounts(roster, 20);
}

TEST(CanonicalMessage, EveryFieldOfAFigureChangesItsBytesAlsoOptionalOnes) {
  federation::v1::Figure figure;
  figure.set_raw(0);
  figure.add_codes()->set_code("a");
  ExpectEveryFieldCounts(figure, 15);
  federation::v1::Figure unset = figure;
  unset.clear_raw();
  EXPECT_NE(CanonicalMessage(unset).value(), CanonicalMessage(figure).value()) << "zero is not unset";
}

TEST(CanonicalMessage, TheFormIsLengthsAndBigEndianNumbers) {
  federation::v1::CollectiveSignature signature;
  signature.set_collective("ab");
  signature.set_signature("c");
  EXPECT_EQ(ToHex(AsBytes(CanonicalMessage(signature).value())),
            "00000002616200000001"
            "63");
  federation::v1::Filter filter;
  filter.set_event(federation::v1::EVENT_NEEDED);
  filter.add_domains("x");
  filter.set_score_min(-1);
  EXPECT_EQ(ToHex(AsBytes(CanonicalMessage(filter).value())),
            "0000000000000003"
            "00000001"
            "0000000178"
            "00000000"
            "00000000"
            "ffffffffffffffff");
}

TEST(CanonicalMessage, TheSignedBytesOfTodayStayThoseOfTomorrow) {
  EXPECT_EQ(ToHex(Sha256(CanonicalCatalogue(SmallCatalogue()).value())),
            "2f852686f824babd6fe12b2c4d875ae2ae7b07af43c92ec0936b97ca536ea5c6");
  EXPECT_EQ(ToHex(Sha256(CanonicalRoster(MakeRoster(5, 1).roster).value())),
            "cf98635747da08fcc89ceb3e6ffdc342e9358ccf1ad3a798f1d4d94f074e192d");
}

TEST(CanonicalMessage, UnknownFieldsAreRefusedAtAnyDepth) {
  federation::v1::Catalogue catalogue = SmallCatalogue();
  EXPECT_TRUE(CanonicalCatalogue(catalogue).ok());
  for (Message* part : std::vector<Message*>{&catalogue, catalogue.mutable_tables(1), catalogue.mutable_places(0),
                                             catalogue.mutable_indicators(0)->mutable_filter(),
                                             catalogue.mutable_code_lists(0)->mutable_codes(1)}) {
    part->GetReflection()->MutableUnknownFields(part)->AddVarint(999, 1);
    EXPECT_EQ(CanonicalCatalogue(catalogue).status().code(), absl::StatusCode::kInvalidArgument);
    part->GetReflection()->MutableUnknownFields(part)->Clear();
  }
  EXPECT_TRUE(CanonicalCatalogue(catalogue).ok());
}

TEST(CanonicalMessage, RepeatedNumbersCount) {
  federation::v1::NationalRelease release;
  release.add_sums(-5);
  EXPECT_NE(CanonicalMessage(release).value(), CanonicalMessage(federation::v1::NationalRelease()).value());
}

}  // namespace
}  // namespace aangan::model
