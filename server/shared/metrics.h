// SPDX-License-Identifier: Apache-2.0
// /metrics: numbers about the program in the text form of Prometheus.
//
// Names begin with aangan_ and follow Prometheus' conventions (base units; _total, _seconds, _bytes). A label is a name
// that is known when the program is built, the name of an rpc (of a node its service), or a status code: the types take
// no other text, so that nothing of a record can become a label. Counts of members, services or answers are no metrics:
// they leave a node as protected counts alone. No place is trusted in place of a credential: an onion service, a tunnel
// or a proxy on this computer comes from loopback like everybody here. Source:
// https://prometheus.io/docs/practices/naming/; written by prometheus-cpp's serializer. Threads: a page belongs to one
// thread; Metrics is thread-safe. A source that can not read its number leaves it out.
#ifndef AANGAN_SERVER_SHARED_METRICS_H_
#define AANGAN_SERVER_SHARED_METRICS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/literal.h"
#include "server/shared/caller.h"
#include "server/shared/door.h"
#include "server/shared/http_page.h"

namespace aangan::server {

inline constexpr Literal kVersion = "0.1.0";  // of both daemons

// One answer in the making. Each name once.
class MetricsPage {
 public:
  MetricsPage();
  ~MetricsPage();
  MetricsPage(const MetricsPage&) = delete;

  struct Labelled {
    Literal word;  // the label's value
    int64_t value;
  };
  struct LabelledTime {
    Literal word;
    absl::Time time;
  };
  void Counter(Literal name, Literal help, int64_t value);
  void Gauge(Literal name, Literal help, int64_t value);
  void Gauges(Literal name, Literal help, Literal label, const std::vector<Labelled>& values);
  // In seconds since 1970; what has not been is left out.
  void Times(Literal name, Literal help, Literal label, const std::vector<LabelledTime>& times);
  void Time(Literal name, Literal help, absl::Time time);
  // aangan_calls_total and aangan_call_duration_seconds of these doors.
  void Calls(const std::vector<const Door*>& doors);
  // aangan_build_info.
  void Build(Literal program, Literal version);

  std::string Text() const;

 private:
  struct Families;
  std::unique_ptr<Families> families_;
};

class Metrics {
 public:
  void Add(std::function<void(MetricsPage&)> source);
  // Who is known by a token, and the door whose brake wrong ones meet; before, and with null, nobody is known.
  void Know(Door* door, const Callers* callers);
  std::string Text() const;

  // For GET /metrics, with the token of an operator, steward or auditor; 401 and 403 else, wrong tokens ever later, and
  // 503 while nobody is known yet. The metrics, and what they were told to ask, outlive the front.
  HttpHandler Handler() const;

 private:
  std::optional<HttpResponse> Refused(const HttpRequest& request) const;

  mutable absl::Mutex mutex_;
  std::vector<std::function<void(MetricsPage&)>> sources_ ABSL_GUARDED_BY(mutex_);
  Door* door_ ABSL_GUARDED_BY(mutex_) = nullptr;
  const Callers* callers_ ABSL_GUARDED_BY(mutex_) = nullptr;
};

}  // namespace aangan::server

#endif  // AANGAN_SERVER_SHARED_METRICS_H_
