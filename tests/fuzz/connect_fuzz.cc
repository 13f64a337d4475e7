// SPDX-License-Identifier: Apache-2.0
// The way from a request of HTTP to the door: heads, JSON, binary, cookies. Each is answered once, with a status that
// the protocol knows; JSON that passes the strict check is JSON; nobody is signed in by accident.
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "absl/strings/str_split.h"
#include "base/check.h"
#include "server/shared/connect.h"
#include "server/shared/http_rules.h"
#include "server/shared/sign_in.h"
#include "server/shared/strict_json.h"
#include "tests/fuzz/fuzz_bytes.h"
#include "tests/support/notice_door.h"

using namespace aangan;          // NOLINT: a fuzz target is one function
using namespace aangan::server;  // NOLINT

namespace {

struct Given {
  tests::NoticeDoor notices;
  Connect connect{&notices.door(), &notices.clock()};
  SignIn sign_in{&notices.door(), &notices.callers()};
  HostNames names{"127.0.0.1:7402", {"node.example"}};
};

HttpRequest CallOf(const Given& given, absl::string_view type, absl::string_view body) {
  HttpRequest request;
  request.method = "POST";
  request.path = "/aangan.node.v1.NoticeService/CreateNotice";
  request.headers = {{"content-type", std::string(type)},
                     {"host", "localhost"},
                     {"authorization", "Bearer " + given.notices.callers().TokenOf(Role::kSteward)}};
  request.body = std::string(body);
  return request;
}

int StatusOf(const Given& given, const HttpRequest& request) {
  int status = 0;
  given.connect.Answer(request, [&](const HttpResponse& response) {
    AANGAN_CHECK(status == 0);
    status = response.status;
  });
  static const auto& kKnown = *new std::set<int>{200, 400, 401, 403, 405, 415, 501};
  AANGAN_CHECK(kKnown.count(status) == 1);
  return status;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto* const given = new Given();
  const absl::string_view input = tests::AsInput(data, size);
  if (CheckJson(input).ok()) AANGAN_CHECK(nlohmann::json::accept(input.begin(), input.end()));
  StatusOf(*given, CallOf(*given, "application/json", input));
  StatusOf(*given, CallOf(*given, "application/proto", input));
  // Lines of a head, in a request that would be taken.
  HttpHead head{"POST", "/aangan.node.v1.NoticeService/ListNotices", true, {{"host", "localhost"}}};
  for (const absl::string_view line : absl::StrSplit(input, '\n')) {
    const std::pair<std::string, std::string> header = absl::StrSplit(line, absl::MaxSplits(':', 1));
    if (header.first != "authorization" && header.first != "cookie") head.headers.push_back(header);
  }
  if (!Refusal(head, given->names)) AANGAN_CHECK(StatusOf(*given, RequestOf(head)) != 200);  // it shows no token
  HttpRequest cookie = CallOf(*given, "application/json", "{}");
  cookie.headers.erase("authorization");
  cookie.headers["cookie"] = std::string(input);
  AANGAN_CHECK(StatusOf(*given, cookie) != 200);
  HttpRequest signs_in = CallOf(*given, "application/json", input);
  given->sign_in.In(signs_in, [](const HttpResponse& response) { AANGAN_CHECK(response.status != 200); });
  return 0;
}
