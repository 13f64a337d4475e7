// SPDX-License-Identifier: Apache-2.0
// A document that people print, sign and keep: headings, paragraphs, steps and tables, written once and set in three
// forms: plain text, a page for a browser to print, Markdown for docs/.
//
// Every text is escaped for its form. The page loads nothing from elsewhere and repeats a table's head on each sheet.
// Threads: pure, but WritePaper. Errors of WritePaper: INVALID_ARGUMENT (INVALID_FIELD) for an ending that names no
// form; those of WriteFileDurably.
#ifndef AANGAN_CLIENT_COMMAND_PAPER_H_
#define AANGAN_CLIENT_COMMAND_PAPER_H_

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"

namespace aangan::client {

struct PaperHeading {
  std::string text;
};
struct PaperText {
  std::string text;
};
struct PaperSteps {
  std::vector<std::string> steps;  // numbered from 1
};
struct PaperTable {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;  // as many cells as there are columns
};

using PaperBlock = std::variant<PaperHeading, PaperText, PaperSteps, PaperTable>;

class Paper {
 public:
  explicit Paper(std::string title) : title_(std::move(title)) {}
  void Heading(std::string text) { blocks_.emplace_back(PaperHeading{std::move(text)}); }
  void Text(std::string text) { blocks_.emplace_back(PaperText{std::move(text)}); }
  void Steps(std::vector<std::string> steps) { blocks_.emplace_back(PaperSteps{std::move(steps)}); }
  void Table(PaperTable table) { blocks_.emplace_back(std::move(table)); }

  std::string AsText() const;
  std::string AsPage() const;  // HTML
  std::string AsMarkdown() const;

 private:
  std::string title_;
  std::vector<PaperBlock> blocks_;
};

// In the form that the path's ending names, .txt, .html or .md; readable by its owner alone.
absl::Status WritePaper(const std::string& path, const Paper& paper);

}  // namespace aangan::client

#endif  // AANGAN_CLIENT_COMMAND_PAPER_H_
