// SPDX-License-Identifier: Apache-2.0
// Documents to print: see paper.h.
#include "client/command/paper.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "base/files.h"
#include "base/problem.h"
#include "client/command/output.h"

namespace aangan::client {
namespace {

constexpr size_t kLineWidth = 78;
constexpr char kStyle[] =
    "body{font:11pt/1.5 'Noto Sans','Nirmala UI',sans-serif;color:#111;background:#fff;max-width:60rem;margin:2rem "
    "auto;padding:0 1rem}h1{font-size:18pt}h2{font-size:13pt;break-after:avoid}table{border-collapse:collapse;width:"
    "100%;font-size:9.5pt}th,td{border:1px solid #777;padding:.2rem .4rem;text-align:left;vertical-align:top;overflow-"
    "wrap:anywhere}thead{display:table-header-group}tr,li{break-inside:avoid}@page{margin:1.5cm}@media print{body{"
    "margin:0;max-width:none}}";

// Words in lines; `hanging` goes before every line but the first.
std::string Wrapped(const std::string& first, const std::string& hanging, const std::string& text) {
  std::string lines = first;
  size_t width = DisplayWidth(first);
  bool at_begin = true;
  for (const absl::string_view word : absl::StrSplit(text, ' ', absl::SkipEmpty())) {
    const size_t word_width = DisplayWidth(word);
    if (!at_begin && width + 1 + word_width > kLineWidth) {
      absl::StrAppend(&lines, "\n", hanging);
      width = DisplayWidth(hanging);
      at_begin = true;
    }
    absl::StrAppend(&lines, at_begin ? "" : " ", word);
    width += word_width + (at_begin ? 0 : 1);
    at_begin = false;
  }
  return lines + "\n";
}

// A row a line while they fit; rows of long cells one cell a line, with the column's name.
std::string TableAsText(const PaperTable& table) {
  std::vector<size_t> widths;
  for (const std::string& column : table.columns) widths.push_back(DisplayWidth(column));
  for (const auto& row : table.rows) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], DisplayWidth(row[i]));
  }
  size_t total = 0;
  for (const size_t width : widths) total += width + 2;
  std::string text;
  if (total > kLineWidth + 2) {
    for (const auto& row : table.rows) {
      for (size_t i = 0; i < row.size(); ++i)
        absl::StrAppend(&text, Wrapped(absl::StrCat(table.columns[i], ": "), "  ", row[i]));
      absl::StrAppend(&text, "\n");
    }
    return text;
  }
  const auto add = [&](const std::vector<std::string>& row) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i)
      absl::StrAppend(&line, row[i], std::string(widths[i] - DisplayWidth(row[i]) + 2, ' '));
    absl::StrAppend(&text, line.substr(0, line.find_last_not_of(' ') + 1), "\n");
  };
  add(table.columns);
  for (const auto& row : table.rows) add(row);
  return text + "\n";
}

std::string ForPage(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}});
}

std::string TableAsPage(const PaperTable& table) {
  std::string html = "<table><thead><tr>";
  for (const std::string& column : table.columns) absl::StrAppend(&html, "<th>", ForPage(column), "</th>");
  absl::StrAppend(&html, "</tr></thead>\n<tbody>\n");
  for (const auto& row : table.rows) {
    absl::StrAppend(&html, "<tr>");
    for (const std::string& cell : row) absl::StrAppend(&html, "<td>", ForPage(cell), "</td>");
    absl::StrAppend(&html, "</tr>\n");
  }
  return html + "</tbody></table>\n";
}

// No character of it begins a mark-up.
std::string ForMarkdown(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"\\", "\\\\"},
                                    {"|", "\\|"},
                                    {"_", "\\_"},
                                    {"*", "\\*"},
                                    {"<", "\\<"},
                                    {"`", "\\`"},
                                    {"[", "\\["},
                                    {"#", "\\#"}});
}

std::string TableAsMarkdown(const PaperTable& table) {
  const auto line = [](const std::vector<std::string>& cells) {
    return absl::StrCat(
        "| ",
        absl::StrJoin(cells, " | ",
                      [](std::string* out, const std::string& cell) { absl::StrAppend(out, ForMarkdown(cell)); }),
        " |\n");
  };
  std::string text = line(table.columns);
  absl::StrAppend(&text, "|", absl::StrJoin(std::vector<std::string>(table.columns.size(), " --- "), "|"), "|\n");
  for (const auto& row : table.rows) absl::StrAppend(&text, line(row));
  return text + "\n";
}

std::string NumberedAsText(const PaperSteps& list) {
  std::string text;
  for (size_t i = 0; i < list.steps.size(); ++i)
    absl::StrAppend(&text, Wrapped(absl::StrCat(i + 1, ". "), "   ", list.steps[i]));
  return text + "\n";
}

std::string NumberedAsPage(const PaperSteps& list) {
  std::string html = "<ol>\n";
  for (const std::string& step : list.steps) absl::StrAppend(&html, "<li>", ForPage(step), "</li>\n");
  return html + "</ol>\n";
}

std::string NumberedAsMarkdown(const PaperSteps& list) {
  std::string text;
  for (size_t i = 0; i < list.steps.size(); ++i) absl::StrAppend(&text, i + 1, ". ", ForMarkdown(list.steps[i]), "\n");
  return text + "\n";
}

// How each kind of block is set in one form.
struct Form {
  std::string (*heading)(const std::string&);
  std::string (*words)(const std::string&);
  std::string (*steps)(const PaperSteps&);
  std::string (*table)(const PaperTable&);

  std::string operator()(const PaperHeading& block) const { return heading(block.text); }
  std::string operator()(const PaperText& block) const { return words(block.text); }
  std::string operator()(const PaperSteps& block) const { return steps(block); }
  std::string operator()(const PaperTable& block) const { return table(block); }
};

std::string SetIn(const Form& form, std::string begin, const std::vector<PaperBlock>& blocks) {
  for (const PaperBlock& block : blocks) absl::StrAppend(&begin, std::visit(form, block));
  return begin;
}

std::string Underlined(const std::string& text, char line) {
  return absl::StrCat(text, "\n", std::string(std::min(DisplayWidth(text), kLineWidth), line), "\n");
}

}  // namespace

std::string Paper::AsText() const {
  const Form form = {[](const std::string& text) { return absl::StrCat("\n", Underlined(text, '-')); },
                     [](const std::string& text) { return Wrapped("", "", text) + "\n"; }, &NumberedAsText,
                     &TableAsText};
  return SetIn(form, absl::StrCat(Underlined(title_, '='), "\n"), blocks_);
}

std::string Paper::AsPage() const {
  const Form form = {[](const std::string& text) { return absl::StrCat("<h2>", ForPage(text), "</h2>\n"); },
                     [](const std::string& text) { return absl::StrCat("<p>", ForPage(text), "</p>\n"); },
                     &NumberedAsPage, &TableAsPage};
  const std::string title = ForPage(title_);
  return SetIn(form,
               absl::StrCat("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>", title,
                            "</title><style>", kStyle, "</style>\n<h1>", title, "</h1>\n"),
               blocks_);
}

std::string Paper::AsMarkdown() const {
  const Form form = {[](const std::string& text) { return absl::StrCat("## ", ForMarkdown(text), "\n\n"); },
                     [](const std::string& text) { return ForMarkdown(text) + "\n\n"; }, &NumberedAsMarkdown,
                     &TableAsMarkdown};
  return SetIn(form, absl::StrCat("# ", ForMarkdown(title_), "\n\n"), blocks_);
}

absl::Status WritePaper(const std::string& path, const Paper& paper) {
  constexpr int kOwnerAlone = 0600;
  if (absl::EndsWith(path, ".txt")) return WriteFileDurably(path, paper.AsText(), kOwnerAlone);
  if (absl::EndsWith(path, ".html")) return WriteFileDurably(path, paper.AsPage(), kOwnerAlone);
  if (absl::EndsWith(path, ".md")) return WriteFileDurably(path, paper.AsMarkdown(), kOwnerAlone);
  return Problem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField, "a paper is written in one of three forms")
      .Field("--paper", "must end in .html to print from a browser, .txt for plain text, or .md");
}

}  // namespace aangan::client
