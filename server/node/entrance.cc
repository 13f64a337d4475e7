// SPDX-License-Identifier: Apache-2.0
// The node's certificate and its HTTPS port.
#include "server/node/entrance.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/files.h"
#include "base/log.h"
#include "base/status.h"
#include "server/node/own_authority.h"
#include "server/node/wiped_memory.h"

namespace aangan::node {

absl::StatusOr<std::unique_ptr<Entrance>> Entrance::Open(const Options& options, server::HttpRoutes routes,
                                                         const Clock* clock, RandomSource* random) {
  RETURN_IF_ERROR(MakeFolders(options.data, 0700));
  const std::string tls = absl::StrCat(options.data, "/tls");
  ASSIGN_OR_RETURN(OwnCertificate own, OpenOwnAuthority(tls, *clock, *random));
  const auto pair = [tls, clock, random]() -> absl::StatusOr<server::PortCertificate::Pair> {
    ASSIGN_OR_RETURN(OwnCertificate made, OpenOwnAuthority(tls, *clock, *random));
    return server::PortCertificate::Pair{std::move(made.certificate_pem), std::move(made.key_pem)};
  };
  std::unique_ptr<Entrance> entrance(new Entrance());
  entrance->certificate_ =
      std::make_unique<server::PortCertificate>(absl::StrCat(tls, "/port"), pair, &entrance->computers_clock_);
  RETURN_IF_ERROR(own.authority_is_new ? entrance->certificate_->MakeAnew() : entrance->certificate_->Look());
  entrance->authority_path_ = std::move(own.authority_path);
  entrance->authority_pem_ = std::move(own.authority_pem);
  server::HttpFront::Options front;
  front.listen = options.https;
  front.files = {entrance->certificate_->certificate_path(), entrance->certificate_->key_path(),
                 entrance->authority_path_};
  front.names = options.names;
  front.idle_max = kIdleMax;
  front.is_call = server::Connect::IsRpc;
  ASSIGN_OR_RETURN(entrance->web_, server::WebPort::Listen(front, std::move(routes)));
  entrance->certificate_->Start();
  LogInfo("node", "https port open").Name("address", entrance->web_->address());
  return entrance;
}

Entrance::~Entrance() {
  if (web_ != nullptr) web_->Stop(absl::ZeroDuration());
  if (certificate_ != nullptr) certificate_->Stop();
}

}  // namespace aangan::node
