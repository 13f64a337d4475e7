// SPDX-License-Identifier: Apache-2.0
// What a server says, on its way through the command to people and programs: errors with their details, and texts in
// tables. JSON stays JSON, and a terminal is told nothing but text.
#include "absl/strings/cord.h"
#include "client/command/output.h"

#include <grpcpp/support/status.h>

#include <algorithm>
#include <iostream>
#include <sstream>

#include "base/check.h"
#include "base/problem.h"
#include "client/channel.h"
#include "google/rpc/status.pb.h"
#include "nlohmann/json.hpp"
#include "tests/fuzz/fuzz_bytes.h"

using namespace aangan;          // NOLINT: a fuzz target is one function
using namespace aangan::client;  // NOLINT

namespace {

// Both streams of the program while it lives.
class Captured {
 public:
  Captured() : out_(std::cout.rdbuf(text_.rdbuf())), err_(std::cerr.rdbuf(text_.rdbuf())) {}
  ~Captured() {
    std::cout.rdbuf(out_);
    std::cerr.rdbuf(err_);
  }
  Captured(const Captured&) = delete;
  std::string text() const { return text_.str(); }

 private:
  std::ostringstream text_;
  std::streambuf* const out_;
  std::streambuf* const err_;
};

std::string HonestDetails() {
  const absl::Status problem = Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "It is refused.")
                                   .Field("member.gender", "must be a code")
                                   .Number("line", 7);
  google::rpc::Status status;
  problem.ForEachPayload([&](absl::string_view type, const absl::Cord& payload) {
    google::protobuf::Any& detail = *status.add_details();
    detail.set_type_url(std::string(type));
    detail.set_value(std::string(payload));
  });
  return status.SerializeAsString();
}

void CheckText(const std::string& text, OutputForm form) {
  if (form == OutputForm::kJson) {
    AANGAN_CHECK(nlohmann::json::accept(text));
  } else if (form == OutputForm::kTable) {
    AANGAN_CHECK(std::none_of(text.begin(), text.end(),
                              [](char c) { return (static_cast<uint8_t>(c) < 0x20 && c != '\n') || c == 0x7f; }));
    for (size_t at = text.find('\xc2'); at != std::string::npos; at = text.find('\xc2', at + 1))
      AANGAN_CHECK(at + 1 == text.size() || (static_cast<uint8_t>(text[at + 1]) & 0xe0) != 0x80);
  }
}

void TryError(OutputForm form, int code, const std::string& message, const std::string& details) {
  const absl::Status status = Channel::FromGrpc(grpc::Status(static_cast<grpc::StatusCode>(code), message, details));
  const Captured captured;
  (void)Output(form).Fail(status);
  CheckText(captured.text(), form);
}

}  // namespace

// The first byte: form, kind and code; the second, how many bytes are the message.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::string honest = HonestDetails();
  if (size < 2) return 0;
  const OutputForm form = std::array{OutputForm::kTable, OutputForm::kJson, OutputForm::kCsv}[data[0] % 3];
  const int code = 1 + data[0] / 3 % 16;
  const absl::string_view input = tests::AsInput(data + 2, size - 2);
  const std::string message(input.substr(0, data[1]));
  const std::string rest(input.substr(message.size()));
  TryError(form, code, message, rest);
  TryError(form, code, message, tests::Over(honest, rest));
  const Captured captured;
  Output(form).Print({{"name", "number"}, {{message, int64_t{code}}, {rest, std::monostate{}}}});
  CheckText(captured.text(), form);
  return 0;
}
