// SPDX-License-Identifier: Apache-2.0
// What may be repeated: every read and every write with a request_id, of every service in the proto files, and no
// other.
#include "client/retries.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace aangan::client {
namespace {

// "aangan.node.v1.MemberService/GetMember" to its request's name, read from the proto files and from nothing else.
std::map<std::string, std::string> RpcsOfFiles() {
  std::map<std::string, std::string> rpcs;
  for (const std::string package : {"node", "federation"}) {
    for (const auto& entry :
         std::filesystem::directory_iterator(absl::StrCat(AANGAN_PROTO, "/aangan/", package, "/v1"))) {
      std::ifstream file(entry.path());
      const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
      std::string service;
      const std::regex line(R"(service (\w+) \{|rpc (\w+)\((?:stream )?(\w+)\))");
      for (std::sregex_iterator at(text.begin(), text.end(), line), end; at != end; ++at) {
        if ((*at)[1].matched) service = absl::StrCat("aangan.", package, ".v1.", (*at)[1].str());
        if ((*at)[2].matched)
          rpcs[absl::StrCat(service, "/", (*at)[2].str())] = absl::StrCat("aangan.", package, ".v1.", (*at)[3].str());
      }
    }
  }
  return rpcs;
}

TEST(Retries, ReadsAndWritesWithARequestIdAreRepeatedAndNothingElse) {
  const auto config = nlohmann::json::parse(RetryConfig());
  ASSERT_EQ(config["methodConfig"].size(), 1u);
  std::set<std::string> repeated;
  for (const auto& name : config["methodConfig"][0]["name"])
    repeated.insert(name["service"].get<std::string>() + "/" + name["method"].get<std::string>());
  const auto rpcs = RpcsOfFiles();
  ASSERT_GT(rpcs.size(), 80u);
  for (const auto& [rpc, request] : rpcs) {
    const auto* type = google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(request);
    ASSERT_NE(type, nullptr) << request;
    const std::string verb = rpc.substr(rpc.find('/') + 1);
    const bool read = std::regex_search(verb, std::regex("^(Get|List|Search)"));
    EXPECT_EQ(repeated.count(rpc) > 0, read || type->FindFieldByName("request_id") != nullptr) << rpc;
    repeated.erase(rpc);
  }
  EXPECT_TRUE(repeated.empty());
}

TEST(Retries, WhatWouldTakeEffectTwiceIsNotRepeated) {
  for (const char* rpc : {"CreateToken", "BreakGlass", "ApproveRelease", "SealMember", "CreateBackup"})
    EXPECT_EQ(RetryConfig().find(absl::StrCat("\"method\":\"", rpc, "\"")), std::string::npos) << rpc;
}

TEST(Retries, OnUnavailableAloneWithBackOff) {
  const auto policy = nlohmann::json::parse(RetryConfig())["methodConfig"][0]["retryPolicy"];
  EXPECT_EQ(policy["retryableStatusCodes"], nlohmann::json::array({"UNAVAILABLE"}));
  EXPECT_EQ(policy["maxAttempts"], 4);
  EXPECT_GT(policy["backoffMultiplier"], 1);
}

}  // namespace
}  // namespace aangan::client
