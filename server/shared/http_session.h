// SPDX-License-Identifier: Apache-2.0
// One connection of the HTTPS front, and what all of them share. A part of http_front, apart because it alone speaks
// HTTP: from the handshake over heads, bodies and answers to the goodbye, each under its deadline.
//
// Threads: all on the thread of connections. Shared by every operation and handler under way; an
// answer that comes after the front has gone is dropped.
#ifndef AANGAN_SERVER_SHARED_HTTP_SESSION_H_
#define AANGAN_SERVER_SHARED_HTTP_SESSION_H_

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "server/shared/http_front.h"
#include "server/shared/http_rules.h"
#include "server/shared/http_tls.h"
#include "server/shared/worker_pool.h"

namespace aangan::server {

class HttpSession {
 public:
  virtual ~HttpSession() = default;
  // Ends it unless an answer is under way; then it ends after the answer.
  virtual void EndSoon() = 0;
  virtual void Close() = 0;

  // Of use to whoever needs its place. kAsked: its answer is being made; kAnswering: is being sent.
  enum class Phase { kBetweenRequests, kTalking, kAsked, kAnswering, kClosed };
  struct Standing {
    Phase phase = Phase::kTalking;
    std::chrono::steady_clock::time_point since = std::chrono::steady_clock::now();
  };
  virtual Standing standing() const = 0;
  virtual std::string caller() const = 0;  // under which it counts
  virtual void GiveUpPlace() = 0;          // Close, and it counts no more from here on
};

struct HttpHandlers {
  HttpRoutes routes;
  HttpHandler rest;
};

struct HttpCore {
  HttpCore(const HttpFront::Options& given, HostNames own) : options(given), names(std::move(own)) {}

  const HttpFront::Options options;
  const HostNames names;
  boost::asio::io_context io{1};
  std::unique_ptr<HttpTls> tls;
  std::unique_ptr<WorkerPool> calls;
  std::unique_ptr<WorkerPool> others;
  bool stopping = false;          // on the thread of connections alone
  std::atomic<bool> over{false};  // that thread has ended

  absl::Mutex mutex;
  std::shared_ptr<const HttpHandlers> handlers ABSL_GUARDED_BY(mutex);
  std::map<const HttpSession*, std::weak_ptr<HttpSession>> sessions ABSL_GUARDED_BY(mutex);
  std::map<std::string, size_t> by_address ABSL_GUARDED_BY(mutex);
};

// Takes a connection in, for another where there are too many in all; closes it where it has no place.
void StartHttpSession(const std::shared_ptr<HttpCore>& core, boost::asio::ip::tcp::socket socket);

}  // namespace aangan::server

#endif  // AANGAN_SERVER_SHARED_HTTP_SESSION_H_
