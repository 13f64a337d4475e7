// SPDX-License-Identifier: Apache-2.0
// The HTTPS front: listens, takes connections in, stops.
#include "server/shared/http_front.h"

#include <fcntl.h>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/problem.h"
#include "base/status.h"
#include "server/shared/http_session.h"
#include "server/shared/periodic.h"
#include "server/shared/wiped_stack.h"

namespace aangan::server {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::milliseconds kAcceptAgain(100);

class Front final : public HttpFront {
 public:
  explicit Front(const Options& options)
      : core_(std::make_shared<HttpCore>(options, HostNames(options.listen, options.names))),
        acceptor_(core_->io),
        accept_again_(core_->io) {}
  ~Front() override { Stop(absl::ZeroDuration()); }

  absl::Status Listen() {
    const Options& options = core_->options;
    absl::string_view host = options.listen;
    int port = 0;
    error_code error;
    const size_t colon = host.rfind(':');
    const bool has_port = colon != absl::string_view::npos && absl::SimpleAtoi(host.substr(colon + 1), &port);
    host = absl::StripSuffix(absl::StripPrefix(host.substr(0, colon), "["), "]");
    const auto address = asio::ip::make_address(std::string(host == "localhost" ? "127.0.0.1" : host), error);
    if (error || !has_port || port < 0 || port > 65535) {
      return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField,
                     "The address of the HTTPS port must be an IP address and a port, for example 127.0.0.1:7402.");
    }
    ASSIGN_OR_RETURN(core_->tls, HttpTls::Open(options.files));
    const tcp::endpoint endpoint(address, static_cast<uint16_t>(port));
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    // Asio leaves it open over exec, by which a node locks itself.
    if (!error) fcntl(acceptor_.native_handle(), F_SETFD, FD_CLOEXEC);
    if (error) {
      return Problem(absl::StatusCode::kUnavailable, Reason::kInternal,
                     "The address can not be listened on. Is another program using the port?")
          .Name("address", options.listen);
    }
    address_ = absl::StrCat(options.listen.substr(0, options.listen.rfind(':') + 1), acceptor_.local_endpoint().port());
    core_->calls = std::make_unique<WorkerPool>(WorkerPool::Bounds{options.call_threads, options.waiting_max});
    core_->others = std::make_unique<WorkerPool>(WorkerPool::Bounds{options.other_threads, options.waiting_max});
    Accept();
    // Asio gathers what it encrypts on the stack: answers with records of members would stay there.
    thread_ = std::thread([core = core_] {
      while (core->io.run_one() > 0) WipeStack();
    });
    looks_.Start(options.look_every, Periodic::First::kAfterOnePeriod, [this] { core_->tls->Look(); });
    return absl::OkStatus();
  }

  void Serve(HttpRoutes routes, HttpHandler rest) override {
    auto handlers = std::make_shared<const HttpHandlers>(HttpHandlers{std::move(routes), std::move(rest)});
    absl::MutexLock lock(&core_->mutex);
    core_->handlers = std::move(handlers);
  }
  std::string address() const override { return address_; }

  void Stop(absl::Duration grace) override {
    if (!thread_.joinable()) return;
    looks_.Stop();
    asio::post(core_->io, [this] {
      core_->stopping = true;
      error_code ignored;
      acceptor_.close(ignored);
      accept_again_.cancel();
      for (const auto& session : Sessions()) session->EndSoon();
    });
    {
      absl::MutexLock lock(&core_->mutex);
      core_->mutex.AwaitWithTimeout(
          absl::Condition(
              +[](HttpCore* core) ABSL_EXCLUSIVE_LOCKS_REQUIRED(core->mutex) { return core->sessions.empty(); },
              core_.get()),
          grace);
    }
    asio::post(core_->io, [this] {
      for (const auto& session : Sessions()) session->Close();
    });
    thread_.join();  // nothing is left for it to wait for
    core_->over = true;
    core_->calls.reset();
    core_->others.reset();
    // Answers that came between the two let go of their connections.
    core_->io.restart();
    core_->io.poll();
  }

 private:
  void Accept() {
    acceptor_.async_accept([this](error_code error, tcp::socket socket) {
      if (core_->stopping) return;
      if (error) {  // of descriptors there are none left, for a while
        accept_again_.expires_after(kAcceptAgain);
        accept_again_.async_wait([this](error_code cancelled) {
          if (!cancelled) Accept();
        });
        return;
      }
      StartHttpSession(core_, std::move(socket));
      Accept();
    });
  }

  std::vector<std::shared_ptr<HttpSession>> Sessions() const {
    std::vector<std::shared_ptr<HttpSession>> living;
    absl::MutexLock lock(&core_->mutex);
    for (const auto& [key, weak] : core_->sessions) {
      if (auto session = weak.lock()) living.push_back(std::move(session));
    }
    return living;
  }

  const std::shared_ptr<HttpCore> core_;
  tcp::acceptor acceptor_;
  asio::steady_timer accept_again_;
  std::string address_;
  std::thread thread_;
  Periodic looks_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<HttpFront>> HttpFront::Start(const Options& options) {
  auto front = std::make_unique<Front>(options);
  RETURN_IF_ERROR(front->Listen());
  return std::unique_ptr<HttpFront>(std::move(front));
}

}  // namespace aangan::server
