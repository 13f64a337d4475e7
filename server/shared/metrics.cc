// SPDX-License-Identifier: Apache-2.0
// Numbers about the program.
#include "server/shared/metrics.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <map>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/problem.h"
#include "server/shared/http_rules.h"
#include "server/shared/sign_in.h"

namespace aangan::server {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Label = ClientMetric::Label;

std::string Owned(absl::string_view text) { return std::string(text); }

ClientMetric CounterOf(int64_t value, std::vector<Label> labels) {
  ClientMetric metric;
  metric.label = std::move(labels);
  metric.counter.value = static_cast<double>(value);
  return metric;
}
ClientMetric GaugeOf(int64_t value, std::vector<Label> labels) {
  ClientMetric metric;
  metric.label = std::move(labels);
  metric.gauge.value = static_cast<double>(value);
  return metric;
}

ClientMetric HistogramOf(const Latency& latency, std::vector<Label> labels) {
  ClientMetric metric;
  metric.label = std::move(labels);
  uint64_t calls = 0;
  for (size_t i = 0; i < latency.buckets.size(); ++i) {
    calls += static_cast<uint64_t>(latency.buckets[i]);
    if (i < Latency::kBounds.size())
      metric.histogram.bucket.push_back({calls, absl::ToDoubleSeconds(Latency::kBounds[i])});
  }
  metric.histogram.sample_count = calls;
  metric.histogram.sample_sum = absl::ToDoubleSeconds(latency.sum);
  return metric;
}

// "/aangan.federation.v1.FigureService/ListFigures" as Prometheus users of gRPC write it, in one label. Of a node the
// service alone: how many members were taken in and how many services given would be read off the calls that do so.
std::string RpcOf(absl::string_view path) {
  absl::ConsumePrefix(&path, "/");
  if (absl::StartsWith(path, "aangan.node.")) path = path.substr(0, path.find('/'));
  return std::string(path);
}

bool MayRead(Role role) { return role == Role::kOperator || role == Role::kSteward || role == Role::kAuditor; }

}  // namespace

struct MetricsPage::Families {
  MetricFamily& Add(absl::string_view name, absl::string_view help, MetricType type) {
    list.push_back({absl::StrCat("aangan_", name), Owned(help), type, {}});
    return list.back();
  }
  std::vector<MetricFamily> list;
};

MetricsPage::MetricsPage() : families_(std::make_unique<Families>()) {}
MetricsPage::~MetricsPage() = default;

void MetricsPage::Counter(Literal name, Literal help, int64_t value) {
  families_->Add(name.text(), help.text(), MetricType::Counter).metric.push_back(CounterOf(value, {}));
}

void MetricsPage::Gauge(Literal name, Literal help, int64_t value) {
  families_->Add(name.text(), help.text(), MetricType::Gauge).metric.push_back(GaugeOf(value, {}));
}

void MetricsPage::Gauges(Literal name, Literal help, Literal label, const std::vector<Labelled>& values) {
  MetricFamily& family = families_->Add(name.text(), help.text(), MetricType::Gauge);
  for (const auto& [word, value] : values)
    family.metric.push_back(GaugeOf(value, {{Owned(label.text()), Owned(word.text())}}));
}

void MetricsPage::Times(Literal name, Literal help, Literal label, const std::vector<LabelledTime>& times) {
  std::vector<Labelled> seconds;
  for (const auto& [word, time] : times) seconds.push_back({word, absl::ToUnixSeconds(time)});
  if (!seconds.empty()) Gauges(name, help, label, seconds);
}

void MetricsPage::Time(Literal name, Literal help, absl::Time time) { Gauge(name, help, absl::ToUnixSeconds(time)); }

void MetricsPage::Calls(const std::vector<const Door*>& doors) {
  std::map<std::pair<std::string, std::string>, int64_t> calls;
  std::map<std::string, Latency> took;
  for (const Door* door : doors) {
    for (const auto& [key, count] : door->Counts()) calls[{RpcOf(key.first), key.second}] += count;
    for (const auto& [path, latency] : door->Latencies()) {
      Latency& sum = took[RpcOf(path)];
      for (size_t i = 0; i < sum.buckets.size(); ++i) sum.buckets[i] += latency.buckets[i];
      sum.sum += latency.sum;
    }
  }
  MetricFamily& counts = families_->Add(
      "calls_total", "Calls that entered, by rpc (of a node by service) and status code.", MetricType::Counter);
  for (const auto& [key, count] : calls)
    counts.metric.push_back(CounterOf(count, {{"rpc", key.first}, {"code", key.second}}));
  MetricFamily& latencies = families_->Add(
      "call_duration_seconds", "Time from entry to answer, by rpc (of a node by service).", MetricType::Histogram);
  for (const auto& [rpc, latency] : took) latencies.metric.push_back(HistogramOf(latency, {{"rpc", rpc}}));
}

void MetricsPage::Build(Literal program, Literal version) {
  families_->Add("build_info", "Always 1; the labels say which program this is.", MetricType::Gauge)
      .metric.push_back(GaugeOf(1, {{"program", Owned(program.text())}, {"version", Owned(version.text())}}));
}

std::string MetricsPage::Text() const {
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, families_->list);
  return out.str();
}

void Metrics::Add(std::function<void(MetricsPage&)> source) {
  absl::MutexLock lock(&mutex_);
  sources_.push_back(std::move(source));
}

void Metrics::Know(Door* door, const Callers* callers) {
  absl::MutexLock lock(&mutex_);
  door_ = door;
  callers_ = callers;
}

std::string Metrics::Text() const {
  MetricsPage page;
  absl::MutexLock lock(&mutex_);
  for (const auto& source : sources_) source(page);
  return page.Text();
}

std::optional<HttpResponse> Metrics::Refused(const HttpRequest& request) const {
  constexpr absl::string_view kNeeds =
      "This needs the token of an operator, steward or auditor: authorization: Bearer ...";
  absl::string_view token = request.Header("authorization");
  absl::ConsumePrefix(&token, "Bearer ");
  const Peer peer = PeerOf(request);
  absl::MutexLock lock(&mutex_);
  if (callers_ == nullptr) return InWords(503, "The program is not open yet. Try again soon.");
  const absl::StatusOr<Caller> caller = callers_->Identify(peer, token);
  if (caller.ok() && MayRead(caller->role)) return std::nullopt;
  if (caller.ok() && caller->role != Role::kNobody) return InWords(403, kNeeds);
  HttpResponse refused = InWords(401, kNeeds);
  refused.headers.emplace_back("www-authenticate", "Bearer");
  refused.delay = door_->RefuseAfter(peer, caller.status());
  return refused;
}

HttpHandler Metrics::Handler() const {
  return [this](const HttpRequest& request, const HttpReply& reply) {
    if (request.method != "GET" && request.method != "HEAD") return reply(WrongMethod("Use GET.", "GET, HEAD"));
    if (std::optional<HttpResponse> refused = Refused(request)) return reply(*std::move(refused));
    HttpResponse response;
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    response.body = Text();
    reply(std::move(response));
  };
}

}  // namespace aangan::server
