// SPDX-License-Identifier: Apache-2.0
// How a node meets a federation for the first time: what the join token says, whose port it is, and the node's own
// keys.
//
// A join token is "aangan-join-" and 48 bytes in lower-case base32: 16 bytes that are the secret, and the SHA-256 of
// the federation's authority (DER). So the operator, who got the token by a way of her own, needs to trust nothing that
// the network says: the port must show a chain with exactly that authority before the secret is sent.
//
// Threads: pure but for FetchAuthority, which blocks at most until its deadline.
// Errors: UNAUTHENTICATED (BAD_TOKEN: malformed; BAD_CERTIFICATE: another authority); UNAVAILABLE (NO_LINK).
#ifndef AANGAN_SERVER_NODE_ENROLMENT_H_
#define AANGAN_SERVER_NODE_ENROLMENT_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/digest.h"

namespace aangan::node {

// The SHA-256 of the authority that a token names.
absl::StatusOr<Digest> AuthorityOfJoinToken(absl::string_view join_token);

// Opens a TLS connection to "host:port" and returns, as PEM, the certificate of its chain that has this digest. Nothing
// is sent but the handshake; whether the port's own certificate is signed by it is checked by whoever connects with it.
absl::StatusOr<std::string> FetchAuthority(const std::string& address, const Digest& authority, absl::Duration timeout);

// A new P-256 key and the request for its certificate; the name in it is empty, the authority gives one.
struct CertificateRequest {
  std::string key_pem;      // PKCS#8
  std::string request_der;  // PKCS#10
};
CertificateRequest MakeCertificateRequest();

}  // namespace aangan::node

#endif  // AANGAN_SERVER_NODE_ENROLMENT_H_
