// SPDX-License-Identifier: Apache-2.0
// The HTTPS port as a daemon has it: the front, and behind it rpcs by Connect, signing in, pages and the description of
// the rpcs.
//
//   /package.Service/Method   Connect             /sign-in, /sign-out   sign_in.h
//   /openapi.json             the rpcs described  everything else       pages
//
// A program that waits for somebody before it can open answers a few rpcs and its pages before that, to callers on this
// computer alone.
// Threads: Serve and Stop from one thread. Errors: those of HttpFront.
#ifndef AANGAN_SERVER_SHARED_WEB_PORT_H_
#define AANGAN_SERVER_SHARED_WEB_PORT_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "server/shared/connect.h"
#include "server/shared/http_front.h"
#include "server/shared/pages.h"
#include "server/shared/sign_in.h"

namespace aangan::server {

class WebPort {
 public:
  // Listens, and answers `routes` alone until Serve: a program that is not open yet can say that it lives.
  static absl::StatusOr<std::unique_ptr<WebPort>> Listen(const HttpFront::Options& options, HttpRoutes routes);

  struct Rooms {  // all outlive the port
    Door* door = nullptr;
    const Callers* callers = nullptr;
    const Clock* clock = nullptr;
    SignIn::EndToken end_token{};  // may be empty
  };
  struct Contents {
    std::vector<EmbeddedFile> pages;
    std::string openapi;  // empty: rpcs are not described
  };
  void Serve(const Rooms& rooms, const Contents& contents);
  // Before Serve: the pages, and the rpcs behind this door for callers on this computer. The rest is answered as by
  // Listen. The rooms outlive the port; the pages stay.
  void ServeEarly(const Rooms& rooms, const std::vector<EmbeddedFile>& pages);

  std::string address() const { return front_->address(); }
  void Stop(absl::Duration grace) { front_->Stop(grace); }

 private:
  WebPort(std::unique_ptr<HttpFront> front, HttpRoutes routes) : routes_(std::move(routes)), front_(std::move(front)) {}

  const HttpRoutes routes_;
  // Shared with the answers that are on their way when the next Serve comes.
  std::shared_ptr<const Pages> pages_;
  std::unique_ptr<HttpFront> front_;  // goes first
};

}  // namespace aangan::server

#endif  // AANGAN_SERVER_SHARED_WEB_PORT_H_
