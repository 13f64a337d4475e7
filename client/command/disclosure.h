// SPDX-License-Identifier: Apache-2.0
// What the federation could be forced to hand over: every field of every message that it receives, answers with or
// keeps, with its sensitivity, out of the descriptors and their comments. docs/DISCLOSURE.md is this list; a test fails
// when a field is not on it.
//
// Each field's comment ends with its sensitivity: "Public.", "Not sensitive.", "Protected." or "Sensitive: what.".
// Threads: pure.
#ifndef AANGAN_CLIENT_COMMAND_DISCLOSURE_H_
#define AANGAN_CLIENT_COMMAND_DISCLOSURE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "client/command/paper.h"
#include "google/protobuf/descriptor.h"

namespace aangan::client {

// Serialised google.protobuf.FileDescriptorSet of aangan.federation.v1 and of the federation's stored values, with
// comments; compiled in.
absl::Span<const uint8_t> FederationDescriptorBytes();

struct DisclosedField {
  std::string message;  // "Round"
  std::string field;
  std::string type;         // "string", "repeated Share"
  std::string sensitivity;  // empty: its comment does not say
  std::string about;        // the comment without it
};

// A row of the federation's store: its family, the key up to what differs from row to row, and what it is.
struct KeptRow {
  std::string family;
  std::string key;     // "collective/{id}"
  std::string prefix;  // "collective/"
  std::string message;
  std::string about;
};

class Disclosure {
 public:
  // Of what is compiled in.
  Disclosure();

  const std::vector<DisclosedField>& fields() const { return fields_; }
  const std::vector<KeptRow>& kept() const { return kept_; }
  // Names of files in the federation's folder, beside its store; a folder's ends in "/".
  static const std::vector<std::pair<std::string, std::string>>& Files();
  Paper ToPaper() const;

 private:
  void AddMessage(const google::protobuf::Descriptor& message);
  void AddCalls(Paper& paper) const;

  google::protobuf::DescriptorPool pool_;
  std::vector<const google::protobuf::FileDescriptor*> files_;
  std::vector<DisclosedField> fields_;
  std::vector<KeptRow> kept_;
};

}  // namespace aangan::client

#endif  // AANGAN_CLIENT_COMMAND_DISCLOSURE_H_
