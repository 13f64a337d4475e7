// SPDX-License-Identifier: Apache-2.0
// What this program was built from: see build_info.h.
#include "client/command/build_info.h"

#include <openssl/crypto.h>
#include <sodium.h>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "client/build_stamp.h"  // made by cmake/build_stamp.cmake at each build
#include "google/protobuf/stubs/common.h"
#include "grpcpp/grpcpp.h"
#include "nlohmann/json.hpp"

namespace aangan::client {

std::string ProgramVersion() { return AANGAN_VERSION; }

int64_t BuildTimeSeconds() { return kBuildTimeSeconds; }

std::string BuildDay() {
  return absl::FormatTime("%Y-%m-%d", absl::FromUnixSeconds(kBuildTimeSeconds), absl::UTCTimeZone());
}

Table BuildInfo() {
  return {{"program", "version", "commit", "build_day", "compiler", "grpc", "protobuf", "openssl", "libsodium"},
          {{std::string("aangan"), ProgramVersion(), std::string(kBuildCommit), BuildDay(), std::string(kBuildCompiler),
            grpc::Version(), google::protobuf::internal::VersionString(GOOGLE_PROTOBUF_VERSION),
            std::string(OpenSSL_version(OPENSSL_VERSION_STRING)), std::string(sodium_version_string())}}};
}

std::string BuildInfoText(OutputForm form) {
  std::string text = TextFor(form, BuildInfo());
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

}  // namespace aangan::client
