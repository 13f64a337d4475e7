// SPDX-License-Identifier: Apache-2.0
// Who calls: from what the wire proved (a certificate) and what the caller showed (a token) to a role.
//
// Identity of a node is the URI SAN urn:aangan:<roster>:<collective> of a certificate whose fingerprint is known,
// looked up on each call; never a common name. Identity of a person's app is a token of 256 bits, of which only a hash
// is stored. Threads: Callers implementations are thread-safe.
#ifndef AANGAN_SERVER_SHARED_CALLER_H_
#define AANGAN_SERVER_SHARED_CALLER_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/digest.h"

namespace aangan::server {

enum class Role : uint8_t {
  kMember = 0,
  kCaseworker = 1,
  kOperator = 2,
  kSteward = 3,
  kAuditor = 4,
  kAnalyst = 5,     // federation analyst: staff at the federation
  kNode = 6,        // a collective's node, by certificate
  kFederation = 7,  // the federation towards a node, by certificate
  kNobody = 8,      // no credential: enrolment alone
};
inline constexpr int kRoleCount = 9;
absl::string_view RoleName(Role role);  // "member", "caseworker", ... as in authorisation.txtpb
std::optional<Role> FindRole(absl::string_view name);

// What the wire proved; filled by a front, never from a header.
struct Peer {
  enum class Wire { kGrpc, kHttp };
  Wire wire = Wire::kGrpc;
  std::string address;          // of the socket
  std::string certificate_pem;  // verified by the wire against our authority; empty when none was shown
};

struct Caller {
  Role role = Role::kNobody;
  std::string id;          // token id, collective id, or "" for nobody: goes into the audit as the actor
  std::string collective;  // for kNode
  std::string member;      // for kMember: "members/{m}"
  Digest certificate{};    // fingerprint of the one that was shown; zeros where none was
};

// Finds out who calls. `token` is what came as "authorization: Bearer ..."; empty when absent.
class Callers {
 public:
  virtual ~Callers() = default;
  virtual absl::StatusOr<Caller> Identify(const Peer& peer, absl::string_view token) const = 0;
};

// What a certificate says of itself: the URI SAN's parts and the SHA-256 of its DER.
struct CertificateIdentity {
  std::string roster;
  std::string id;
  Digest fingerprint{};
};
// UNAUTHENTICATED, reason BAD_CERTIFICATE, when it has no such SAN.
absl::StatusOr<CertificateIdentity> IdentityOfCertificate(absl::string_view pem);

}  // namespace aangan::server

#endif  // AANGAN_SERVER_SHARED_CALLER_H_
