// SPDX-License-Identifier: Apache-2.0
// The TLS of the HTTPS front: TLS 1.3 alone, no resumption, HTTP/1.1 by ALPN, received plain text overwritten once it
// was read, and a certificate that is looked at again and again, so that a new pair counts without a restart. A pair
// that does not fit, or can not be read, changes nothing: the last good one stays.
// Threads: Current and Look from any thread. Errors: INVALID_ARGUMENT (BAD_CERTIFICATE) when the first pair does not
// make a server.
#ifndef AANGAN_SERVER_SHARED_HTTP_TLS_H_
#define AANGAN_SERVER_SHARED_HTTP_TLS_H_

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"

namespace aangan::server {

class HttpTls {
 public:
  struct Files {
    std::string certificate_path;  // with its chain
    std::string key_path;
    std::string client_authority_path;  // that client certificates are verified against; empty: none is asked for
  };
  static absl::StatusOr<std::unique_ptr<HttpTls>> Open(Files files);

  // What the next connection begins with; each holds on to its own. Shared because connections outlive a change.
  std::shared_ptr<SSL_CTX> Current() const;
  void Look();

 private:
  explicit HttpTls(Files files) : files_(std::move(files)) {}
  absl::Status Load();

  const Files files_;
  mutable absl::Mutex mutex_;
  std::string certificate_pem_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<SSL_CTX> context_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace aangan::server

#endif  // AANGAN_SERVER_SHARED_HTTP_TLS_H_
