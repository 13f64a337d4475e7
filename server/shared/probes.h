// SPDX-License-Identifier: Apache-2.0
// /livez and /readyz: whether the program is to be left alone, and whether it can do its work.
//
// Live is a program that answers at all: a long recovery, a locked node and a full disk are live, because starting it
// anew would mend none of them. Ready is one that serves: every condition holds. "?verbose" lists the conditions by
// name, one a line, "[+]disk ok" or "[-]disk failed", in the form that Kubernetes and etcd use. Answers are 200 or 503
// and hold the names of conditions and nothing else, so they need no credential.
// Threads: thread-safe; when Set or Ask returns, the question that was there before is not being asked any more.
#ifndef AANGAN_SERVER_SHARED_PROBES_H_
#define AANGAN_SERVER_SHARED_PROBES_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/literal.h"
#include "server/shared/http_page.h"

namespace aangan::server {

class Probes {
 public:
  // A condition of being ready; one that was there before gets the new answer.
  void Set(Literal name, bool holds);
  // The same, found out each time. `holds` is quick.
  void Ask(Literal name, std::function<bool()> holds);

  // /livez and /readyz. The probes outlive the front.
  HttpRoutes Routes() const;

 private:
  struct Condition {
    Literal name;
    std::function<bool()> holds;
  };
  HttpResponse Answer(Literal probe, bool asks_conditions, const HttpRequest& request) const;

  mutable absl::Mutex mutex_;
  std::vector<Condition> conditions_ ABSL_GUARDED_BY(mutex_);  // in the order of their first naming
};

}  // namespace aangan::server

#endif  // AANGAN_SERVER_SHARED_PROBES_H_
