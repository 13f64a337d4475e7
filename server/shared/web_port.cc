// SPDX-License-Identifier: Apache-2.0
// The HTTPS port as a daemon has it.
#include "server/shared/web_port.h"

#include <utility>

#include "base/problem.h"
#include "base/status.h"
#include "server/shared/connect_error.h"
#include "server/shared/http_rules.h"

namespace aangan::server {
namespace {

void SayNotOpen(const HttpRequest&, const HttpReply& reply) {
  reply(InWords(503, "The program is not open yet. Try again soon."));
}

}  // namespace

absl::StatusOr<std::unique_ptr<WebPort>> WebPort::Listen(const HttpFront::Options& options, HttpRoutes routes) {
  ASSIGN_OR_RETURN(std::unique_ptr<HttpFront> front, HttpFront::Start(options));
  front->Serve(routes, SayNotOpen);
  return std::unique_ptr<WebPort>(new WebPort(std::move(front), std::move(routes)));
}

void WebPort::ServeEarly(const Rooms& rooms, const std::vector<EmbeddedFile>& pages) {
  pages_ = std::make_shared<const Pages>(pages);
  HttpRoutes routes = routes_;
  routes["/sign-in"] = routes["/sign-out"] = SayNotOpen;
  const auto connect = std::make_shared<const Connect>(rooms.door, rooms.clock);
  front_->Serve(std::move(routes), [connect, door = rooms.door, pages = pages_](HttpRequest request, HttpReply reply) {
    if (!Connect::IsRpc(request.path)) return reply(pages->Answer(request));
    if (door->methods().count(request.path) == 0) return SayNotOpen(request, reply);
    if (IsFromThisComputer(request)) return connect->Answer(std::move(request), std::move(reply));
    reply(ConnectError(Problem(absl::StatusCode::kPermissionDenied, Reason::kNotAllowed,
                               "This is done at the program's own computer, by https://localhost.")));
  });
}

void WebPort::Serve(const Rooms& rooms, const Contents& contents) {
  const auto connect = std::make_shared<const Connect>(rooms.door, rooms.clock);
  const auto sign_in = std::make_shared<const SignIn>(rooms.door, rooms.callers, rooms.end_token);
  if (pages_ == nullptr) pages_ = std::make_shared<const Pages>(contents.pages);
  HttpRoutes routes = routes_;
  routes["/sign-in"] = [sign_in](const HttpRequest& request, const HttpReply& reply) { sign_in->In(request, reply); };
  routes["/sign-out"] = [sign_in](const HttpRequest& request, const HttpReply& reply) { sign_in->Out(request, reply); };
  if (!contents.openapi.empty()) {
    routes["/openapi.json"] = [text = std::make_shared<const std::string>(contents.openapi)](const HttpRequest& request,
                                                                                             const HttpReply& reply) {
      HttpResponse response;
      response.content_type = "application/json";
      response.shared_body = text;
      if (request.method == "POST") response = InWords(405, "The description is asked for by GET.");
      reply(std::move(response));
    };
  }
  front_->Serve(std::move(routes), [connect, pages = pages_](HttpRequest request, HttpReply reply) {
    if (Connect::IsRpc(request.path)) return connect->Answer(std::move(request), std::move(reply));
    reply(pages->Answer(request));
  });
}

}  // namespace aangan::server
