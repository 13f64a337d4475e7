// SPDX-License-Identifier: Apache-2.0
// Channels with TLS, token, deadline and retries: see channel.h.
#include "client/channel.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/files.h"
#include "base/problem.h"
#include "base/random.h"
#include "base/status.h"
#include "client/retries.h"
#include "google/rpc/status.pb.h"

namespace aangan::client {
namespace {

constexpr size_t kPemBytesMax = 64 << 10;
constexpr size_t kTokenBytesMax = 1 << 10;

// Mobile networks drop quiet connections without a word: a ping each 30 s while a call is open finds out. Without a
// call no ping, which would keep a phone's radio on. A node takes pings down to 10 s.
constexpr int kPingMs = 30'000;
constexpr int kPingAnswerMs = 15'000;
// A phone that comes back into coverage waits no longer than this for the next try.
constexpr int kReconnectMsMax = 10'000;

absl::Status Missing(const std::string& path) {
  return Problem(absl::StatusCode::kFailedPrecondition, Reason::kKeyMissing,
                 "a file with a certificate, key or token can not be read; is this the right data folder, and may you "
                 "read it?")
      .Name("file", path.substr(path.find_last_of('/') + 1));
}

absl::StatusOr<std::string> ReadText(const std::string& path, size_t bytes_max) {
  auto text = ReadFile(path, bytes_max);
  if (!text.ok()) return Missing(path);
  return text;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Channel>> Channel::Open(const Endpoint& endpoint) {
  grpc::SslCredentialsOptions tls;
  ASSIGN_OR_RETURN(tls.pem_root_certs, ReadText(endpoint.authority_file, kPemBytesMax));
  if (!endpoint.certificate_file.empty()) {
    ASSIGN_OR_RETURN(tls.pem_cert_chain, ReadText(endpoint.certificate_file, kPemBytesMax));
    ASSIGN_OR_RETURN(tls.pem_private_key, ReadText(endpoint.key_file, kPemBytesMax));
  }
  auto channel = std::unique_ptr<Channel>(new Channel());
  if (!endpoint.token_file.empty()) {
    ASSIGN_OR_RETURN(std::string token, ReadText(endpoint.token_file, kTokenBytesMax));
    channel->token_ = std::string(absl::StripAsciiWhitespace(token));
  }
  grpc::ChannelArguments arguments;
  arguments.SetServiceConfigJSON(RetryConfig());
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kPingMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kPingAnswerMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 0);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);  // a long call may be silent
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kReconnectMsMax);
  arguments.SetMaxReceiveMessageSize(8 << 20);
  channel->address_ = endpoint.address;
  channel->channel_ = grpc::CreateCustomChannel(endpoint.address, grpc::SslCredentials(tls), arguments);
  return channel;
}

void Channel::Prepare(grpc::ClientContext& context, absl::Duration deadline) const {
  context.set_deadline(std::chrono::system_clock::time_point(absl::ToChronoTime(SystemClock().Now() + deadline)));
  if (!token_.empty()) context.AddMetadata("authorization", absl::StrCat("Bearer ", token_));
}

absl::Status Channel::FromGrpc(const grpc::Status& status) {
  const std::string& text = status.error_message();
  absl::Status result(static_cast<absl::StatusCode>(status.error_code()), text);
  google::rpc::Status details;
  if (!status.error_details().empty() && details.ParseFromString(status.error_details())) {
    for (const auto& detail : details.details()) result.SetPayload(detail.type_url(), absl::Cord(detail.value()));
  }
  return result;
}

std::string NewRequestId() {
  SystemRandom random;
  auto bytes = random.Bytes<16>();
  bytes[6] = (bytes[6] & 0x0f) | 0x40;  // version 4
  bytes[8] = (bytes[8] & 0x3f) | 0x80;  // variant of RFC 9562
  std::string hex = ToHex(absl::MakeConstSpan(bytes));
  return absl::StrCat(hex.substr(0, 8), "-", hex.substr(8, 4), "-", hex.substr(12, 4), "-", hex.substr(16, 4), "-",
                      hex.substr(20));
}

std::string NewRecordId() {
  constexpr char kAlphabet[] = "abcdefghijklmnopqrstuvwxyz234567";  // RFC 4648, lower case
  SystemRandom random;
  const auto bytes = random.Bytes<26>();
  std::string id;
  for (const uint8_t byte : bytes) id.push_back(kAlphabet[byte & 31]);
  id.back() = kAlphabet[(bytes.back() & 7) << 2];  // 128 bits: the last character holds three of them
  return id;
}

}  // namespace aangan::client
