// SPDX-License-Identifier: Apache-2.0
// A renewal of this node's certificate that was begun and is not in use yet: its key, the request, and the certificate
// once the federation has signed it. One file of mode 0600 in the data folder, written durably, so that a renewal goes
// on where a power cut left it.
// Threads: one at a time. Errors: those of base/files. A file that is not what was written counts as none: the
// certificate in use still works, and the renewal begins anew.
#ifndef AANGAN_SERVER_NODE_RENEWAL_FILE_H_
#define AANGAN_SERVER_NODE_RENEWAL_FILE_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "base/digest.h"

namespace aangan::node {

struct Renewal {
  Digest renews{};  // SHA-256 of the certificate (PEM) that it takes the place of
  std::string key_pem;
  std::string request_der;
  std::string certificate_pem;  // empty until the federation has signed
};

absl::StatusOr<std::optional<Renewal>> ReadRenewal(const std::string& folder);
absl::Status WriteRenewal(const std::string& folder, const Renewal& renewal);
// Fine when there is none.
absl::Status DropRenewal(const std::string& folder);

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_RENEWAL_FILE_H_
