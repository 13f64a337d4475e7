// SPDX-License-Identifier: Apache-2.0
// A proxy that sees all: it stands between a node and its federation, ends the TLS of both with keys that the test took
// from the two data folders, hands every byte on, and keeps a copy of what the node said and what it was told.
//
// The node must not notice: towards it the proxy shows a certificate of the federation's own authority, towards the
// federation it shows the node's. Threads: thread-safe; two threads a connection.
#ifndef AANGAN_TESTS_SUPPORT_CAPTURING_PROXY_H_
#define AANGAN_TESTS_SUPPORT_CAPTURING_PROXY_H_

#include <functional>
#include <memory>
#include <string>

namespace aangan::tests {

class CapturingProxy {
 public:
  struct Keys {
    std::string authority_certificate_pem;  // the federation's authority, with its key: to make a certificate
    std::string authority_key_pem;
    std::string client_certificate_pem;  // the node's, towards the federation; empty: none (enrolment)
    std::string client_key_pem;
  };
  // `keys` is asked at each connection, because the node gets its certificate only when it joins.
  static std::unique_ptr<CapturingProxy> Start(const std::string& upstream_address, std::function<Keys()> keys);
  virtual ~CapturingProxy() = default;

  virtual std::string address() const = 0;    // 127.0.0.1:port
  virtual std::string from_node() const = 0;  // every byte inside TLS, all connections
  virtual std::string to_node() const = 0;
  virtual int connections() const = 0;
};

}  // namespace aangan::tests

#endif  // AANGAN_TESTS_SUPPORT_CAPTURING_PROXY_H_
