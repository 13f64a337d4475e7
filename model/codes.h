// SPDX-License-Identifier: Apache-2.0
// The code lists that ship with the program: what a record may say. They are data (deploy/codes/*.txtpb, each with its
// source) and are compiled in, so that a node never starts without them. Code lists only grow; a code is never removed
// or moved, because facts carry its index.
//
// Lists: domain, service_type (each type belongs to a domain), gender, exploitation_type, age_band, state, instrument
// (with its score bounds), language.
// Threads: thread-safe, immutable.
#ifndef AANGAN_MODEL_CODES_H_
#define AANGAN_MODEL_CODES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "model/facts.h"

namespace aangan::model {

enum class ListId { kDomain, kServiceType, kGender, kExploitationType, kAgeBand, kState, kInstrument, kLanguage };
inline constexpr int kListCount = 8;

struct CodeEntry {
  std::string id;
  std::string title;
  Code parent = kUnknownCode;  // service types: their domain
  int32_t score_min = 0;       // instruments
  int32_t score_max = 0;
};

struct CodeTable {
  std::string id;  // "domain", as catalogues call it
  std::string title;
  std::string source;  // where the list comes from
  std::vector<CodeEntry> codes;
};

const CodeTable& CodesOf(ListId list);
std::optional<ListId> ListByName(absl::string_view id);
// Index of the code in its list, or none.
std::optional<Code> FindCode(ListId list, absl::string_view id);
absl::string_view CodeText(ListId list, Code code);

// Age bands by the period's year less the birth year: under_18, 18_29, 30_47, 48_and_over, unknown.
Code AgeBand(int birth_year, int period_year);

}  // namespace aangan::model

#endif  // AANGAN_MODEL_CODES_H_
