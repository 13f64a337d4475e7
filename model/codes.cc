// SPDX-License-Identifier: Apache-2.0
// Code lists, read once from the texts that the build put into the program: see codes.h.
#include "model/codes.h"

#include <array>
#include <map>
#include <utility>

#include "aangan/store/v1/code_list.pb.h"
#include "base/check.h"
#include "google/protobuf/text_format.h"
#include "model/code_list_texts.h"

namespace aangan::model {
namespace {

// In the order of ListId.
constexpr std::array<absl::string_view, kListCount> kListNames = {
    "domain", "service_type", "gender", "exploitation_type", "age_band", "state", "instrument", "language"};

struct LoadedList {
  CodeTable table;
  std::map<std::string, Code, std::less<>> index;
};

// The texts are part of the program, so that a fault in one is ours.
LoadedList Load(size_t list, const std::map<std::string, Code, std::less<>>* parents) {
  store::v1::CodeListFile file;
  AANGAN_CHECK(google::protobuf::TextFormat::ParseFromString(std::string(kCodeListTexts[list]), &file));
  AANGAN_CHECK(absl::string_view(file.id()) == kListNames[list]);
  AANGAN_CHECK(file.codes_size() > 1 && file.codes_size() < UINT16_MAX);
  LoadedList loaded;
  loaded.table = {file.id(), file.title(), file.source(), {}};
  for (const store::v1::CodeListEntry& code : file.codes()) {
    CodeEntry entry{code.id(), code.title(), kUnknownCode, code.score_min(), code.score_max()};
    if (parents != nullptr) {
      auto parent = parents->find(code.parent());
      AANGAN_CHECK(parent != parents->end());
      entry.parent = parent->second;
    }
    const bool fresh = loaded.index.emplace(code.id(), static_cast<Code>(loaded.table.codes.size())).second;
    AANGAN_CHECK(fresh);
    loaded.table.codes.push_back(std::move(entry));
  }
  return loaded;
}

const std::array<LoadedList, kListCount>& Lists() {
  static const auto* lists = [] {
    auto* all = new std::array<LoadedList, kListCount>();
    const size_t service_type = static_cast<size_t>(ListId::kServiceType);
    for (size_t i = 0; i < kListCount; ++i) {
      const bool has_parent = i == service_type;  // domains come before them
      (*all)[i] = Load(i, has_parent ? &(*all)[static_cast<size_t>(ListId::kDomain)].index : nullptr);
    }
    return all;
  }();
  return *lists;
}

}  // namespace

const CodeTable& CodesOf(ListId list) { return Lists()[static_cast<size_t>(list)].table; }

std::optional<ListId> ListByName(absl::string_view id) {
  for (size_t i = 0; i < kListNames.size(); ++i) {
    if (kListNames[i] == id) return static_cast<ListId>(i);
  }
  return std::nullopt;
}

std::optional<Code> FindCode(ListId list, absl::string_view id) {
  const auto& index = Lists()[static_cast<size_t>(list)].index;
  auto found = index.find(std::string(id));
  if (found == index.end()) return std::nullopt;
  return found->second;
}

absl::string_view CodeText(ListId list, Code code) {
  const CodeTable& table = CodesOf(list);
  AANGAN_CHECK(code < table.codes.size());
  return table.codes[code].id;
}

Code AgeBand(int birth_year, int period_year) {
  // In the order of deploy/codes/age_band.txtpb.
  enum Band : Code { kUnknown, kUnder18, k18To29, k30To47, k48AndOver };
  if (birth_year == 0 || birth_year > period_year) return kUnknown;
  const int age = period_year - birth_year;
  if (age < 18) return kUnder18;
  if (age < 30) return k18To29;
  return age < 48 ? k30To47 : k48AndOver;
}

}  // namespace aangan::model
