// SPDX-License-Identifier: Apache-2.0
// The same call by the program curl in JSON and by gRPC, in forms that can be compared: for tests that walk rpcs.
// Threads: thread-safe.
#ifndef AANGAN_TESTS_SUPPORT_CURL_CALL_H_
#define AANGAN_TESTS_SUPPORT_CURL_CALL_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tests/support/https_client.h"

namespace aangan::tests {

// POST by curl, with the peer's authority and certificate. Status 0 when curl fails; the body is then what it says.
HttpsAnswer Curl(const HttpsPeer& peer, const HttpsRequest& request);
// The answer of gRPC to the request that this JSON says.
absl::StatusOr<nlohmann::json> GrpcInJson(const std::shared_ptr<grpc::Channel>& channel, const std::string& path,
                                          const std::string& token, const std::string& body);

// Code, words and every detail of a refusal, in one form for both wires; "OK" for an answer.
std::string InWords(const absl::Status& status);
std::string InWords(const HttpsAnswer& answer);

}  // namespace aangan::tests

#endif  // AANGAN_TESTS_SUPPORT_CURL_CALL_H_
