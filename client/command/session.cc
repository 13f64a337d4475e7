// SPDX-License-Identifier: Apache-2.0
// What every command shares.
#include "client/command/session.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <unistd.h>

#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/files.h"
#include "base/problem.h"
#include "base/status.h"
#include "client/command/doctor_sight.h"

namespace aangan::client {
namespace {

constexpr size_t kPemBytesMax = 64 << 10;

absl::Status NotRunning(const std::string& folder) {
  if (SightOf(folder + "/ports", R_OK) == Sight::kForbidden) {
    return Problem(absl::StatusCode::kPermissionDenied, Reason::kKeyMissing,
                   "this user may not look into the data folder; give the command with sudo, or name --address, "
                   "--authority and --token-file")
        .Name("folder", folder);
  }
  return Problem(absl::StatusCode::kFailedPrecondition, Reason::kKeyMissing,
                 "the data folder has no file \"ports\"; is this the right folder, and does the program run?")
      .Name("folder", folder);
}

// The roster in a certificate's URI SAN, urn:aangan:<roster>:<id>; empty when there is none.
std::string RosterOfCertificate(const std::string& pem) {
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  X509* certificate = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
  BIO_free(bio);
  if (certificate == nullptr) return "";
  std::string roster;
  auto* names = static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
    if (name->type != GEN_URI) continue;
    const ASN1_IA5STRING* uri = name->d.uniformResourceIdentifier;
    const std::string text(reinterpret_cast<const char*>(ASN1_STRING_get0_data(uri)),
                           static_cast<size_t>(ASN1_STRING_length(uri)));
    const std::vector<std::string> parts = absl::StrSplit(text, ':');
    if (parts.size() == 4 && parts[0] == "urn" && parts[1] == "aangan") roster = parts[2];
  }
  GENERAL_NAMES_free(names);
  X509_free(certificate);
  return roster;
}

const char* TokenFileOf(NodeRole role) {
  switch (role) {
    case NodeRole::kOperator:
      return "/operator.token";
    case NodeRole::kSteward:
      return "/steward.token";
    case NodeRole::kCaseworker:
      return "/caseworker.token";
  }
  return "";
}

}  // namespace

void WaitALittle() {
  constexpr int kMilliseconds = 300;
  (void)poll(nullptr, 0, kMilliseconds);
}

CLI::App* AddCommand(CLI::App& parent, const std::string& name, const std::string& about, const std::string& example) {
  CLI::App* command = parent.add_subcommand(name, about);
  command->fallthrough();
  command->footer("Example:\n  " + example);
  return command;
}

void Session::AddOptions(CLI::App& app) {
  app.add_option("--output", form_, "table for people, json or csv for programs")
      ->check(CLI::IsMember({"table", "json", "csv"}))
      ->capture_default_str();
  app.add_option("--data", node_folder_, "data folder of the node")->envname("AANGAN_NODE_DATA")->capture_default_str();
  app.add_option("--federation", federation_folder_, "data folder of the federation, for its staff")
      ->envname("AANGAN_FEDERATION_DATA")
      ->capture_default_str();
  app.add_option("--address", address_, "host:port, where it is not on this machine");
  app.add_option("--authority", authority_file_, "certificate authority to trust, a PEM file");
  app.add_option("--certificate", certificate_file_, "own certificate towards a federation, a PEM file");
  app.add_option("--key", key_file_, "private key of that certificate, a PEM file");
  app.add_option("--token-file", token_file_, "file with the access token; never the token itself");
}

OutputForm Session::form() const {
  return form_ == "json" ? OutputForm::kJson : form_ == "csv" ? OutputForm::kCsv : OutputForm::kTable;
}

void Session::Begin() { output_ = std::make_unique<Output>(form()); }

std::string Session::PortOf(const std::string& folder, const std::string& name) {
  std::ifstream file(folder + "/ports");
  std::string line;
  while (std::getline(file, line)) {
    if (absl::StartsWith(line, name + "=")) return line.substr(name.size() + 1);
  }
  return "";
}

absl::StatusOr<Endpoint> Session::NodeEndpoint(NodeRole role) const {
  Endpoint endpoint;
  endpoint.address = address_.empty() ? PortOf(node_folder_, "grpc") : address_;
  if (endpoint.address.empty()) return NotRunning(node_folder_);
  endpoint.authority_file = authority_file_.empty() ? node_folder_ + "/tls/authority.pem" : authority_file_;
  endpoint.token_file = token_file_.empty() ? node_folder_ + TokenFileOf(role) : token_file_;
  return endpoint;
}

absl::StatusOr<std::unique_ptr<Channel>> Session::Node(NodeRole role) const {
  ASSIGN_OR_RETURN(const Endpoint endpoint, NodeEndpoint(role));
  absl::StatusOr<std::unique_ptr<Channel>> channel = Channel::Open(endpoint);
  if (!channel.ok() && role == NodeRole::kCaseworker && token_file_.empty()) {
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kKeyMissing,
                   "records need a caseworker's token; make one with: aangan token create --role caseworker, and name "
                   "its file with --token-file");
  }
  return channel;
}

absl::StatusOr<std::unique_ptr<Channel>> Session::NodeAs(const std::string& token_file) const {
  ASSIGN_OR_RETURN(Endpoint endpoint, NodeEndpoint(NodeRole::kOperator));
  endpoint.token_file = token_file;
  return Channel::Open(endpoint);
}

absl::StatusOr<std::unique_ptr<Channel>> Session::Federation() const {
  const std::string staff = federation_folder_ + "/staff/";
  Endpoint endpoint;
  endpoint.address = address_.empty() ? PortOf(federation_folder_, "grpc") : address_;
  if (endpoint.address.empty()) return NotRunning(federation_folder_);
  endpoint.authority_file = authority_file_.empty() ? staff + "authority.pem" : authority_file_;
  endpoint.certificate_file = certificate_file_.empty() ? staff + "certificate.pem" : certificate_file_;
  endpoint.key_file = key_file_.empty() ? staff + "key.pem" : key_file_;
  endpoint.token_file = token_file_.empty() ? staff + "token" : token_file_;
  return Channel::Open(endpoint);
}

absl::StatusOr<std::string> Session::RosterName() const {
  const std::string path =
      certificate_file_.empty() ? federation_folder_ + "/staff/certificate.pem" : certificate_file_;
  ASSIGN_OR_RETURN(const std::string pem, ReadFile(path, kPemBytesMax));
  const std::string roster = RosterOfCertificate(pem);
  if (roster.empty()) {
    return Problem(absl::StatusCode::kFailedPrecondition, Reason::kBadCertificate,
                   "the certificate is not one of a federation's");
  }
  return "rosters/" + roster;
}

}  // namespace aangan::client
