// SPDX-License-Identifier: Apache-2.0
// The twelve invented collectives of ./demo.
#include "client/demo/collectives.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace aangan::client {
namespace {

constexpr int kQuarterDays = 90;  // services are dated within the first ninety days of a quarter

// SplitMix64 (Steele, Lea, Flood 2014): small, and the same everywhere. For invented records alone.
class Dice {
 public:
  explicit Dice(uint64_t seed) : state_(seed) {}
  uint64_t Next() {
    uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  // 0 .. below-1; the bias of a remainder does not matter here.
  int Below(int below) { return static_cast<int>(Next() % static_cast<uint64_t>(below)); }
  bool Percent(int percent) { return Below(100) < percent; }
  // An index by weights.
  template <size_t N>
  size_t Weighted(const std::array<int, N>& weights) {
    int sum = 0;
    for (const int weight : weights) sum += weight;
    int at = Below(sum);
    size_t i = 0;
    while (at >= weights[i]) at -= weights[i++];
    return i;
  }

 private:
  uint64_t state_;
};

struct Domain {
  const char* id;
  std::array<const char*, 3> types;
};
constexpr std::array<Domain, 10> kDomains = {
    {{"awareness", {"rights_awareness", "peer_group", "community_meeting"}},
     {"education", {"open_schooling", "adult_literacy", "education_support"}},
     {"health", {"health_check", "reproductive_health", "health_insurance"}},
     {"mental_health", {"counselling_individual", "counselling_group", "family_counselling"}},
     {"livelihood", {"skills_training", "job_placement", "self_employment"}},
     {"financial_inclusion", {"bank_account", "savings_group", "financial_literacy"}},
     {"legal_aid", {"legal_counsel", "court_support", "compensation_applied"}},
     {"identity_papers", {"aadhaar", "ration_card", "welfare_scheme"}},
     {"housing", {"rent_support", "housing_scheme", "transit_stay"}},
     {"safety_and_stigma", {"safety_plan", "community_mediation", "stigma_campaign"}}}};
constexpr std::array<int, 10> kDomainWeights = {14, 8, 16, 17, 13, 7, 9, 10, 3, 3};
constexpr std::array<const char*, 5> kExploitation = {"sexual_exploitation", "forced_labour", "bonded_labour",
                                                      "domestic_servitude", "forced_marriage"};
constexpr std::array<int, 5> kExploitationWeights = {46, 22, 14, 12, 6};
constexpr std::array<const char*, 4> kGenders = {"woman", "man", "trans_woman", "third_gender"};
constexpr std::array<int, 4> kGenderWeights = {86, 8, 3, 3};

std::string Day(absl::CivilDay day) { return absl::StrFormat("%04d-%02d-%02d", day.year(), day.month(), day.day()); }

struct Quarter {
  absl::CivilDay first;
  std::string text;
};
Quarter QuarterBack(absl::CivilDay today, int back) {
  const int index = static_cast<int>(today.year()) * 4 + (today.month() - 1) / 3 - back;
  return {absl::CivilDay(index / 4, index % 4 * 3 + 1, 1), absl::StrCat(index / 4, "Q", index % 4 + 1)};
}

constexpr std::array<const char*, 10> kServiceColumns = {"domain",   "type",     "stage",     "assessed", "needed",
                                                         "referred", "received", "completed", "score",    "scored"};

// The cells of one service that begins in the quarter.
std::vector<std::string> ServiceCells(const Quarter& quarter, Dice& dice) {
  const Domain& domain = kDomains[dice.Weighted(kDomainWeights)];
  const int begun = dice.Below(kQuarterDays - 45);
  const auto day = [&](int after) { return Day(quarter.first + begun + after); };
  // Needed, referred, received, completed.
  const size_t stage = dice.Weighted(std::array<int, 4>{16, 12, 42, 30});
  constexpr std::array<const char*, 4> kStages = {"needed", "referred", "received", "completed"};
  std::vector<std::string> cells = {domain.id, domain.types[static_cast<size_t>(dice.Below(3))], kStages[stage], day(0),
                                    day(1)};
  cells.push_back(stage >= 1 ? day(3 + dice.Below(4)) : "");
  cells.push_back(stage >= 2 ? day(10 + dice.Below(10)) : "");
  cells.push_back(stage >= 3 ? day(25 + dice.Below(10)) : "");
  const bool scored = stage >= 2 && dice.Percent(70);
  cells.push_back(scored ? absl::StrCat(1 + dice.Weighted(std::array<int, 5>{4, 8, 22, 38, 28})) : "");
  cells.push_back(scored ? day(36 + dice.Below(8)) : "");
  return cells;
}

std::vector<std::string> MemberCells(const DemoCollective& collective, int number, absl::CivilDay today, Dice& dice) {
  // A third joined long ago, the others over the last three quarters; back 1 is the one that ended last.
  const int joined = dice.Percent(34) ? 4 + dice.Below(8) : 1 + dice.Below(3);
  const int age = 14 + static_cast<int>(dice.Weighted(std::array<int, 5>{14, 34, 28, 16, 8})) * 9 + dice.Below(9);
  std::vector<std::string> cells = {absl::StrFormat("Member %04d of %s", number, collective.id),
                                    absl::StrCat(today.year() - age),
                                    kGenders[dice.Weighted(kGenderWeights)],
                                    kExploitation[dice.Weighted(kExploitationWeights)],
                                    QuarterBack(today, joined).text,
                                    collective.state};
  // Absent means no; some who agreed took it back.
  const int agreed = dice.Below(100);
  cells.push_back(agreed < 91 ? "yes" : agreed < 94 ? "withdrawn" : "");
  cells.push_back(agreed < 94 ? Day(QuarterBack(today, joined).first + dice.Below(30)) : "");
  int services = 0;
  for (int back = std::min(joined, 3); back >= 1; --back) {
    if (!dice.Percent(72)) continue;
    for (int i = 1 + dice.Below(2); i > 0 && services < kDemoServicesMax; --i, ++services) {
      for (std::string& cell : ServiceCells(QuarterBack(today, back), dice)) cells.push_back(std::move(cell));
    }
  }
  cells.resize(8 + kDemoServicesMax * kServiceColumns.size());
  return cells;
}

}  // namespace

const std::vector<DemoCollective>& DemoCollectives() {
  static const auto* const collectives =
      new std::vector<DemoCollective>{{"andhra_pradesh_1", "Demo collective, Andhra Pradesh 1", "andhra_pradesh", 411},
                                      {"andhra_pradesh_2", "Demo collective, Andhra Pradesh 2", "andhra_pradesh", 193},
                                      {"assam_1", "Demo collective, Assam 1", "assam", 398},
                                      {"assam_2", "Demo collective, Assam 2", "assam", 199},
                                      {"bihar_1", "Demo collective, Bihar", "bihar", 416},
                                      {"jharkhand_1", "Demo collective, Jharkhand", "jharkhand", 397},
                                      {"kerala_1", "Demo collective, Kerala", "kerala", 482},
                                      {"maharashtra_1", "Demo collective, Maharashtra 1", "maharashtra", 792},
                                      {"maharashtra_2", "Demo collective, Maharashtra 2", "maharashtra", 60},
                                      {"odisha_1", "Demo collective, Odisha", "odisha", 356},
                                      {"telangana_1", "Demo collective, Telangana 1", "telangana", 664},
                                      {"telangana_2", "Demo collective, Telangana 2", "telangana", 132}};
  return *collectives;
}

std::string DemoCsv(const DemoCollective& collective, uint64_t seed, absl::CivilDay today) {
  for (const char c : collective.id) seed = (seed ^ static_cast<unsigned char>(c)) * 0x100000001B3u;  // FNV-1a
  Dice dice(seed);
  std::string csv = "full_name,birth_year,gender,exploitation,joined,home_state,counted,decided";
  for (int service = 1; service <= kDemoServicesMax; ++service) {
    for (const char* column : kServiceColumns) absl::StrAppend(&csv, ",service_", service, "_", column);
  }
  csv += "\r\n";
  for (int number = 1; number <= collective.members; ++number)
    absl::StrAppend(&csv, absl::StrJoin(MemberCells(collective, number, today, dice), ","), "\r\n");
  return csv;
}

std::string DemoMapping() {
  std::string text =
      "# Which column of the demo's files goes where; see: aangan import --help\n"
      "id = \"demo\"\n\n[defaults]\n\"consent.be_counted.notice_version\" = \"1\"\n"
      "\"consent.be_counted.language\" = \"hi\"\n";
  const auto column = [&](const std::string& name, const std::string& field, const std::string& more = "") {
    absl::StrAppend(&text, "\n[[column]]\nname = \"", name, "\"\nfield = \"", field, "\"\n", more);
  };
  column("full_name", "member.details.full_name");
  column("birth_year", "member.birth_year");
  column("gender", "member.gender");
  column("exploitation", "member.exploitation_type");
  column("joined", "member.enrolment_quarter");
  column("home_state", "member.home_state");
  column("counted", "consent.be_counted.decision", "values = { yes = \"given\", withdrawn = \"withdrawn\" }\n");
  column("decided", "consent.be_counted.decision_date");
  constexpr std::array<const char*, 10> kFields = {"domain",      "type",          "stage",         "assessed_date",
                                                   "needed_date", "referred_date", "received_date", "completed_date",
                                                   "score",       "scored_date"};
  for (int service = 1; service <= kDemoServicesMax; ++service) {
    for (size_t i = 0; i < kFields.size(); ++i)
      column(absl::StrCat("service_", service, "_", kServiceColumns[i]),
             absl::StrCat("service.", service, ".", kFields[i]));
  }
  return text;
}

}  // namespace aangan::client
