// SPDX-License-Identifier: Apache-2.0
// The list of what the federation could be forced to hand over is whole, says a level for each field, and is the one in
// docs/.
#include "client/command/disclosure.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "google/protobuf/descriptor.pb.h"

namespace aangan::client {
namespace {

namespace fs = std::filesystem;

std::string TextOf(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(DisclosureTest, EachFieldSaysHowSensitiveItIs) {
  const std::set<std::string> plain = {"Public", "Not sensitive", "Protected"};
  const Disclosure disclosure;
  EXPECT_GT(disclosure.fields().size(), 300u);
  for (const DisclosedField& field : disclosure.fields()) {
    EXPECT_TRUE(plain.contains(field.sensitivity) || field.sensitivity == "Sensitive: credential")
        << field.message << "." << field.field << ": '" << field.sensitivity
        << "'. A field that says more of anybody than these levels does not belong in the federation.";
    EXPECT_EQ(field.about.find("Sensitive"), std::string::npos) << field.message << "." << field.field;
  }
}

// No file of the federation's API was left out, and no field of theirs: counted in the sources, without protoc.
TEST(DisclosureTest, EveryFileAndFieldIsOnTheList) {
  google::protobuf::FileDescriptorSet set;
  const auto bytes = FederationDescriptorBytes();
  ASSERT_TRUE(set.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
  std::set<std::string> held;
  for (const auto& file : set.file()) held.insert(file.name());
  std::vector<fs::path> sources = {fs::path(AANGAN_PROTO) / "aangan/store/v1/federation_store.proto"};
  for (const auto& file : fs::directory_iterator(fs::path(AANGAN_PROTO) / "aangan/federation/v1"))
    sources.push_back(file.path());
  const std::regex field(R"(^ +(repeated |optional )?[A-Za-z_.0-9]+ [a-z_0-9]+ = [0-9]+( \[.*\])?;$)");
  size_t fields = 0;
  for (const fs::path& source : sources) {
    if (source.extension() != ".proto") continue;
    EXPECT_TRUE(held.contains(fs::relative(source, AANGAN_PROTO).string())) << source;
    std::ifstream in(source);
    for (std::string line; std::getline(in, line);) fields += std::regex_match(line, field) ? 1 : 0;
  }
  EXPECT_EQ(Disclosure().fields().size(), fields);
}

TEST(DisclosureTest, TheDocumentIsTheList) {
  EXPECT_EQ(TextOf(AANGAN_DISCLOSURE), Disclosure().ToPaper().AsMarkdown())
      << "Something that the federation receives, answers or keeps has changed. Look at the difference, then renew the "
         "list: aangan breach federation --paper docs/DISCLOSURE.md";
}

}  // namespace
}  // namespace aangan::client
