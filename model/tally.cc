// SPDX-License-Identifier: Apache-2.0
// One member's clamped counts: see tally.h.
#include "model/tally.h"

#include <sodium.h>

#include <algorithm>
#include <tuple>

#include "absl/functional/function_ref.h"
#include "base/check.h"
#include "model/codes.h"
#include "model/dimensions.h"

namespace aangan::model {
namespace {

namespace fed = federation::v1;

static_assert(crypto_shorthash_KEYBYTES == 16 && crypto_shorthash_BYTES == 8);

// An event of one record: when it happened and what the record adds to the codes of a cell.
struct Happening {
  Day day = kNoDay;
  const Id* record = nullptr;
  const ServiceFacts* service = nullptr;  // null for events of members and assessments
};

// The place of a record in the order in which cells are kept. Secret and stable, so that nobody can choose by the id of
// a record what is cut, and the same is cut each time.
uint64_t OrderOf(const TallyScope& scope, const Id& record) {
  std::array<uint8_t, 19> message;
  message[0] = static_cast<uint8_t>(static_cast<uint16_t>(scope.period.year) >> 8);
  message[1] = static_cast<uint8_t>(scope.period.year);
  message[2] = static_cast<uint8_t>(scope.period.quarter);
  std::copy(record.bytes.begin(), record.bytes.end(), message.begin() + 3);
  std::array<uint8_t, 8> hash;
  crypto_shorthash(hash.data(), message.data(), message.size(), scope.order_key.data());
  uint64_t order = 0;
  for (uint8_t byte : hash) order = (order << 8) | byte;
  return order;
}

bool InForce(const CountingConsent& consent, Day day) {
  return consent.given && consent.from != kNoDay && consent.from <= day &&
         (consent.until == kNoDay || consent.until >= day);
}

bool Allows(const std::vector<bool>& set, Code code) { return set.empty() || (code < set.size() && set[code]); }

// The day on which the event happened to this service, or kNoDay. A stock has the period's last day.
Day ServiceEventDay(const ServiceFacts& service, const CompiledFilter& filter, Day last_day) {
  switch (filter.event) {
    case fed::EVENT_ASSESSED:
      return service.assessed;
    case fed::EVENT_NEEDED:
      return service.needed;
    case fed::EVENT_REFERRED:
      return service.referred;
    case fed::EVENT_RECEIVED:
      return service.received;
    case fed::EVENT_COMPLETED:
      return service.completed;
    case fed::EVENT_SUSTAINED_6_MONTHS:
      return service.sustained_6_months;
    case fed::EVENT_SUSTAINED_12_MONTHS:
      return service.sustained_12_months;
    case fed::EVENT_SCORED:
      return service.score > 0 && service.score >= filter.score_min ? service.scored : kNoDay;
    case fed::EVENT_STOCK_UNMET: {
      const bool needed = service.needed != kNoDay && service.needed <= last_day;
      const bool met = service.received != kNoDay && service.received <= last_day;
      return needed && !met ? last_day : kNoDay;
    }
    default:
      return kNoDay;
  }
}

Day MemberEventDay(const MemberFacts& facts, fed::Event event, Day last_day) {
  if (facts.enrolled.year == 0) return kNoDay;
  const Day enrolled = facts.enrolled.first_day();  // only the quarter is known, and it lies in one period as a whole
  if (event == fed::EVENT_STOCK_ENROLLED) return enrolled <= last_day ? last_day : kNoDay;
  return enrolled;
}

// Every event of the indicator that ever happened to her, or with `first_time` the first one alone.
std::vector<Happening> HappeningsOf(const MemberFacts& facts, const CompiledIndicator& indicator, Day last_day) {
  const CompiledFilter& filter = indicator.filter;
  std::vector<Happening> all;
  switch (RecordOf(filter.event)) {
    case EventRecord::kMember:
      all.push_back({MemberEventDay(facts, filter.event, last_day), &facts.id, nullptr});
      break;
    case EventRecord::kService:
      for (const ServiceFacts& service : facts.services) {
        if (!Allows(filter.domains, service.domain) || !Allows(filter.service_types, service.type)) continue;
        all.push_back({ServiceEventDay(service, filter, last_day), &service.id, &service});
      }
      break;
    case EventRecord::kAssessment:
      for (const AssessmentFacts& assessment : facts.assessments) {
        if (Allows(filter.instruments, assessment.instrument)) all.push_back({assessment.day, &assessment.id, nullptr});
      }
      break;
    case EventRecord::kNone:
      break;
  }
  all.erase(std::remove_if(all.begin(), all.end(), [](const Happening& h) { return h.day == kNoDay; }), all.end());
  if (indicator.first_time && all.size() > 1) {
    auto first = std::min_element(all.begin(), all.end(), [](const Happening& a, const Happening& b) {
      return std::tie(a.day, *a.record) < std::tie(b.day, *b.record);
    });
    all = {*first};
  }
  return all;
}

// A code that the program knows and the catalogue's older, shorter list does not is unknown there.
std::optional<uint32_t> WithinList(ListId list, Code code, uint32_t size) {
  if (code < size) return code;
  if (CodesOf(list).codes[kUnknownCode].id == "unknown") return kUnknownCode;
  return std::nullopt;
}

std::optional<uint32_t> CodeAlong(fed::Dimension dimension, uint32_t size, const MemberFacts& facts,
                                  const Happening& happening, const TallyScope& scope) {
  switch (dimension) {
    case fed::DIMENSION_PLACE:
      return scope.place;
    case fed::DIMENSION_AGE_BAND:
      return WithinList(ListId::kAgeBand, AgeBand(facts.birth_year, scope.period.year), size);
    case fed::DIMENSION_GENDER:
      return WithinList(ListId::kGender, facts.gender, size);
    case fed::DIMENSION_EXPLOITATION_TYPE:
      return WithinList(ListId::kExploitationType, facts.exploitation_type, size);
    case fed::DIMENSION_DOMAIN:
      return WithinList(ListId::kDomain, happening.service->domain, size);
    case fed::DIMENSION_SERVICE_TYPE:
      return WithinList(ListId::kServiceType, happening.service->type, size);
    default:
      return std::nullopt;
  }
}

std::optional<Cell> CellFor(const CompiledTable& table, size_t indicator, const MemberFacts& facts,
                            const Happening& happening, const TallyScope& scope) {
  std::array<uint32_t, fed::Dimension_ARRAYSIZE> codes;
  for (size_t i = 0; i < table.dimensions.size(); ++i) {
    const std::optional<uint32_t> code =
        CodeAlong(table.dimensions[i], table.dimension_sizes[i], facts, happening, scope);
    if (!code.has_value()) return std::nullopt;
    codes[i] = *code;
  }
  return CellOf(table, indicator, absl::MakeConstSpan(codes.data(), table.dimensions.size()));
}

// A cell that she fills, before bounds.
struct Filled {
  Cell cell = 0;
  uint64_t order = 0;  // smallest of the records that fill it
  int64_t weight = 0;
  bool by_members = false;
};

// Each event of hers that fills a cell of this table.
void ForEachCounted(
    const MemberFacts& facts, const CompiledTable& table, const TallyScope& scope,
    absl::FunctionRef<void(const CompiledIndicator& indicator, const Happening& happening, Cell cell)> visit) {
  const Day last_day = scope.period.last_day();
  for (size_t i = 0; i < table.indicators.size(); ++i) {
    const CompiledIndicator& indicator = scope.catalogue->indicators[table.indicators[i]];
    for (const Happening& happening : HappeningsOf(facts, indicator, last_day)) {
      if (!scope.period.Contains(happening.day)) continue;
      const std::optional<Cell> cell = CellFor(table, i, facts, happening, scope);
      if (cell.has_value()) visit(indicator, happening, *cell);
    }
  }
}

// Cells of one table by number, each once.
std::vector<Filled> FilledCells(const MemberFacts& facts, const CompiledTable& table, const TallyScope& scope) {
  std::vector<Filled> filled;
  ForEachCounted(facts, table, scope, [&](const CompiledIndicator& indicator, const Happening& happening, Cell cell) {
    filled.push_back({cell, OrderOf(scope, *happening.record), 1, indicator.unit == fed::UNIT_MEMBER});
  });
  std::sort(filled.begin(), filled.end(),
            [](const Filled& a, const Filled& b) { return std::tie(a.cell, a.order) < std::tie(b.cell, b.order); });
  std::vector<Filled> merged;
  for (const Filled& next : filled) {
    if (merged.empty() || merged.back().cell != next.cell)
      merged.push_back(next);
    else if (!next.by_members)
      ++merged.back().weight;
  }
  return merged;
}

}  // namespace

MemberContribution Contribution(const MemberFacts& facts, const TallyScope& scope) {
  AANGAN_CHECK(scope.catalogue != nullptr);
  MemberContribution contribution;
  if (!InForce(facts.consent, scope.period.last_day())) return contribution;
  const bool yearly = scope.period.is_year();
  const CompiledCatalogue& catalogue = *scope.catalogue;
  int64_t cells_left = yearly ? catalogue.member_cells_year_max : catalogue.member_cells_quarter_max;
  for (const CompiledTable& table : catalogue.tables) {
    if (table.yearly != yearly) continue;
    std::vector<Filled> filled = FilledCells(facts, table, scope);
    std::sort(filled.begin(), filled.end(),
              [](const Filled& a, const Filled& b) { return std::tie(a.order, a.cell) < std::tie(b.order, b.cell); });
    const auto kept = static_cast<size_t>(std::min(table.member_cells_max, cells_left));
    if (filled.size() > kept) {
      filled.resize(kept);
      contribution.cut = true;
    }
    cells_left -= static_cast<int64_t>(filled.size());
    for (const Filled& cell : filled) {
      contribution.cut |= cell.weight > table.member_weight_max;
      contribution.cells.emplace_back(cell.cell, std::min(cell.weight, table.member_weight_max));
    }
  }
  std::sort(contribution.cells.begin(), contribution.cells.end());
  return contribution;
}

RecordEvents CountedEvents(const MemberFacts& facts, const TallyScope& scope) {
  AANGAN_CHECK(scope.catalogue != nullptr);
  RecordEvents counted;
  if (!InForce(facts.consent, scope.period.last_day())) return counted;
  for (const CompiledTable& table : scope.catalogue->tables) {
    if (table.yearly != scope.period.is_year()) continue;
    ForEachCounted(facts, table, scope, [&](const CompiledIndicator& indicator, const Happening& happening, Cell) {
      counted.emplace(*happening.record, indicator.filter.event);
    });
  }
  return counted;
}

TallyDelta Delta(const MemberContribution& before, const MemberContribution& after) {
  TallyDelta delta;
  delta.members_cut = static_cast<int64_t>(after.cut) - static_cast<int64_t>(before.cut);
  auto b = before.cells.begin();
  auto a = after.cells.begin();
  while (b != before.cells.end() || a != after.cells.end()) {
    if (a == after.cells.end() || (b != before.cells.end() && b->first < a->first)) {
      delta.cells.emplace_back(b->first, -b->second);
      ++b;
    } else if (b == before.cells.end() || a->first < b->first) {
      delta.cells.push_back(*a);
      ++a;
    } else {
      if (a->second != b->second) delta.cells.emplace_back(a->first, a->second - b->second);
      ++a;
      ++b;
    }
  }
  return delta;
}

}  // namespace aangan::model
