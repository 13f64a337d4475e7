// SPDX-License-Identifier: Apache-2.0
// National figures as people read them.
#include "client/command/figures_table.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/command/words.h"

namespace aangan::client {
namespace {

namespace fed = ::aangan::federation::v1;

constexpr int kBarWidth = 24;

std::string CodesText(const fed::Figure& figure, absl::string_view separator) {
  return absl::StrJoin(figure.codes(), separator,
                       [](std::string* out, const fed::FigureCode& code) { *out += code.code(); });
}

// What stands where a number would; never 0.
const char* WordsFor(fed::FigureValue value) {
  switch (value) {
    case fed::FIGURE_VALUE_TOO_FEW_TO_SAY:
      return "too few to say";
    case fed::FIGURE_VALUE_SUPPRESSED:
      return "kept private";
    case fed::FIGURE_VALUE_NOT_REPORTED:
      return "not reported";
    case fed::FIGURE_VALUE_NOT_COLLECTED:
      return "not collected";
    default:
      return "";
  }
}

const char* WordsFor(fed::ReleaseState state) {
  switch (state) {
    case fed::RELEASE_STATE_PROVISIONAL:
      return "Provisional: may still be disputed.";
    case fed::RELEASE_STATE_CONFIRMED:
      return "Confirmed: final.";
    case fed::RELEASE_STATE_CORRECTED:
      return "Corrected: final, and not what was shown before.";
    case fed::RELEASE_STATE_DISPUTED:
      return "Disputed: withdrawn, because answers disagree.";
    case fed::RELEASE_STATE_SUPERSEDED:
      return "Superseded: other figures took their place.";
    default:
      return "In a state that this program is too old to name.";
  }
}

// Some figures have none: what is not collected belongs to no release.
std::set<fed::ReleaseState> StatesOf(const std::vector<fed::Figure>& figures) {
  std::set<fed::ReleaseState> states;
  for (const fed::Figure& each : figures) {
    if (each.state() != fed::RELEASE_STATE_UNSPECIFIED) states.insert(each.state());
  }
  return states;
}

int64_t Longest(const std::vector<fed::Figure>& figures) {
  int64_t longest = 1;
  for (const fed::Figure& figure : figures) longest = std::max(longest, figure.number() + figure.margin());
  return longest;
}

}  // namespace

std::string CoverageSentence(const std::vector<std::string>& contributors, const std::vector<std::string>& missing) {
  std::string sentence =
      absl::StrCat("In it: ", contributors.size(), " of ", contributors.size() + missing.size(), " collectives.");
  if (!missing.empty()) absl::StrAppend(&sentence, " Not in it: ", absl::StrJoin(missing, ", "), ".");
  return sentence;
}

std::string StateSentence(const std::vector<fed::Figure>& figures) {
  const std::set<fed::ReleaseState> states = StatesOf(figures);
  std::string sentence = states.size() > 1 ? "Not all alike. " : "";
  absl::StrAppend(&sentence, absl::StrJoin(states, " ",
                                           [](std::string* out, fed::ReleaseState state) { *out += WordsFor(state); }));
  return sentence;
}

std::string Bar(int64_t number, int64_t margin, int64_t full, int width) {
  const auto cells = [&](int64_t count) {
    return static_cast<int>(std::clamp<int64_t>((count * width + full / 2) / full, 0, width));
  };
  const int sure = cells(number - margin);
  const int unsure = std::max(cells(number + margin) - sure, 1);
  std::string bar;
  for (int i = 0; i < sure; ++i) bar += "█";
  for (int i = 0; i < unsure; ++i) bar += i * 3 < unsure ? "▓" : i * 3 < 2 * unsure ? "▒" : "░";
  return bar;
}

Table FiguresTable(const std::vector<fed::Figure>& figures, bool for_people) {
  Table table;
  if (!for_people) {
    table.columns = {"period", "table", "indicator", "codes", "value",        "number",     "margin",
                     "raw",    "state", "rehearsal", "form",  "contributors", "collectives"};
    for (const fed::Figure& each : figures) {
      const bool number = each.value() == fed::FIGURE_VALUE_NUMBER;
      const bool margin = number || each.value() == fed::FIGURE_VALUE_TOO_FEW_TO_SAY;
      table.rows.push_back({each.period(), each.table(), each.indicator(), CodesText(each, " "),
                            WordOf(fed::FigureValue_descriptor(), each.value()),
                            number ? Value(each.number()) : Value(), margin ? Value(each.margin()) : Value(),
                            each.has_raw() ? Value(each.raw()) : Value(),
                            TextOrNothing(WordOf(fed::ReleaseState_descriptor(), each.state())), each.rehearsal(),
                            TextOrNothing(WordOf(fed::RoundForm_descriptor(), each.form())),
                            int64_t{each.contributors()}, int64_t{each.collectives()}});
    }
    return table;
  }
  table.columns = {"indicator", "of", "figure", "margin", ""};
  const int64_t longest = Longest(figures);
  const bool mixed = StatesOf(figures).size() > 1;
  for (const fed::Figure& each : figures) {
    const bool number = each.value() == fed::FIGURE_VALUE_NUMBER;
    const char* mark = mixed && each.state() == fed::RELEASE_STATE_PROVISIONAL ? " (provisional)" : "";
    table.rows.push_back({each.indicator(), CodesText(each, " / "),
                          absl::StrCat(number ? GroupedNumber(each.number()) : WordsFor(each.value()), mark),
                          number ? absl::StrCat("± ", GroupedNumber(each.margin())) : std::string(),
                          number ? Bar(each.number(), each.margin(), longest, kBarWidth) : std::string()});
  }
  return table;
}

}  // namespace aangan::client
