// SPDX-License-Identifier: Apache-2.0
// The node's certificate and its HTTPS port, which are there before the store is opened: a node that is locked, or that
// takes long to open, can say that it lives, and its page can say what it waits for.
// Threads: Open from one thread; what it gives is as its own rooms say. Errors: those of own_authority,
// PortCertificate and WebPort.
#ifndef AANGAN_SERVER_NODE_ENTRANCE_H_
#define AANGAN_SERVER_NODE_ENTRANCE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/random.h"
#include "server/shared/http_page.h"
#include "server/shared/port_certificate.h"
#include "server/shared/web_port.h"

namespace aangan::node {

class Entrance {
 public:
  struct Options {
    std::string data;                // the node's folder
    std::string https;               // address
    std::vector<std::string> names;  // that the port answers to, beside localhost and what it listens on
  };
  // Listens and answers `routes`. `clock` and `random` outlive it, and so does what the routes use.
  static absl::StatusOr<std::unique_ptr<Entrance>> Open(const Options& options, server::HttpRoutes routes,
                                                        const Clock* clock, RandomSource* random);
  ~Entrance();
  Entrance(const Entrance&) = delete;

  const std::string& authority_path() const { return authority_path_; }
  const std::string& authority_pem() const { return authority_pem_; }
  const server::PortCertificate& certificate() const { return *certificate_; }
  server::WebPort& web() { return *web_; }

 private:
  Entrance() = default;

  const SystemClock computers_clock_{};  // by which gRPC judges certificates
  std::string authority_path_;
  std::string authority_pem_;
  std::unique_ptr<server::PortCertificate> certificate_;
  std::unique_ptr<server::WebPort> web_;
};

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_ENTRANCE_H_
