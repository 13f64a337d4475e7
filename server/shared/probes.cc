// SPDX-License-Identifier: Apache-2.0
// Live and ready.
#include "server/shared/probes.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/shared/http_rules.h"

namespace aangan::server {
namespace {

bool AsksVerbose(const std::string& query) {
  const std::vector<absl::string_view> words = absl::StrSplit(query, '&');
  return std::any_of(words.begin(), words.end(), [](absl::string_view word) {
    return word == "verbose" || word == "verbose=" || word == "verbose=true" || word == "verbose=1";
  });
}

}  // namespace

void Probes::Set(Literal name, bool holds) {
  Ask(name, [holds] { return holds; });
}

void Probes::Ask(Literal name, std::function<bool()> holds) {
  absl::MutexLock lock(&mutex_);
  for (Condition& condition : conditions_) {
    if (condition.name.text() != name.text()) continue;
    condition.holds = std::move(holds);
    return;
  }
  conditions_.push_back({name, std::move(holds)});
}

HttpResponse Probes::Answer(Literal probe, bool asks_conditions, const HttpRequest& request) const {
  if (request.method != "GET" && request.method != "HEAD") return WrongMethod("Use GET.", "GET, HEAD");
  HttpResponse response;
  bool all = true;
  std::string lines = "[+]answers ok\n";
  if (asks_conditions) {
    absl::MutexLock lock(&mutex_);
    for (const Condition& condition : conditions_) {
      const bool holds = condition.holds();
      all = all && holds;
      absl::StrAppend(&lines, holds ? "[+]" : "[-]", condition.name.text(), holds ? " ok\n" : " failed\n");
    }
  }
  response.status = all ? 200 : 503;
  if (AsksVerbose(request.query)) {
    response.body = absl::StrCat(lines, probe.text(), all ? " passed\n" : " failed\n");
  } else {
    response.body = all ? "ok\n" : "not ready\n";
  }
  return response;
}

HttpRoutes Probes::Routes() const {
  return {{"/livez",
           [this](const HttpRequest& request, const HttpReply& reply) { reply(Answer("livez", false, request)); }},
          {"/readyz",
           [this](const HttpRequest& request, const HttpReply& reply) { reply(Answer("readyz", true, request)); }}};
}

}  // namespace aangan::server
