// SPDX-License-Identifier: Apache-2.0
// The HTTPS port as a daemon has it.
#include "server/shared/web_port.h"

#include <utility>

#include "base/status.h"
#include "server/shared/http_rules.h"

namespace aangan::server {

absl::StatusOr<std::unique_ptr<WebPort>> WebPort::Listen(const HttpFront::Options& options, HttpRoutes routes) {
  ASSIGN_OR_RETURN(std::unique_ptr<HttpFront> front, HttpFront::Start(options));
  front->Serve(routes, [](const HttpRequest&, const HttpReply& reply) {
    reply(InWords(503, "The program is not open yet. Try again soon."));
  });
  return std::unique_ptr<WebPort>(new WebPort(std::move(front), std::move(routes)));
}

void WebPort::Serve(const Rooms& rooms, const Contents& contents) {
  connect_ = std::make_unique<Connect>(rooms.door, rooms.clock);
  sign_in_ = std::make_unique<SignIn>(rooms.door, rooms.callers);
  pages_ = std::make_unique<Pages>(contents.pages);
  HttpRoutes routes = routes_;
  routes["/sign-in"] = [this](const HttpRequest& request, const HttpReply& reply) { sign_in_->In(request, reply); };
  routes["/sign-out"] = [this](const HttpRequest& request, const HttpReply& reply) { sign_in_->Out(request, reply); };
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
  front_->Serve(std::move(routes), [this](HttpRequest request, HttpReply reply) {
    if (Connect::IsRpc(request.path)) return connect_->Answer(std::move(request), std::move(reply));
    reply(pages_->Answer(request));
  });
}

}  // namespace aangan::server
