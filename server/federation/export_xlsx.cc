// SPDX-License-Identifier: Apache-2.0
// Figures and their dictionary as an Excel workbook, by libxlsxwriter.
#include "server/federation/export_xlsx.h"

#include <sys/mman.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "base/problem.h"
#include "base/status.h"
#include "model/period.h"
#include "server/federation/export_sheet.h"

namespace aangan::federation {
namespace {

constexpr double kWidthMax = 60;  // characters; longer texts are cut in view, not in the file

absl::Status CanNot() {
  return Problem(absl::StatusCode::kUnavailable, Reason::kInternal,
                 "The workbook can not be put together; is there memory, and room in the temporary folder?");
}

// A file in memory alone. The library writes to a path.
class MemoryFile {
 public:
  MemoryFile() : descriptor_(memfd_create("workbook", MFD_CLOEXEC)) {}
  ~MemoryFile() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  bool is_open() const { return descriptor_ >= 0; }
  std::string path() const { return absl::StrCat("/proc/self/fd/", descriptor_); }
  absl::StatusOr<std::string> Read() const {
    const off_t size = lseek(descriptor_, 0, SEEK_END);
    if (size <= 0) return CanNot();
    std::string bytes(static_cast<size_t>(size), '\0');
    size_t done = 0;
    while (done < bytes.size()) {
      const ssize_t n = pread(descriptor_, bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
      if (n <= 0) return CanNot();
      done += static_cast<size_t>(n);
    }
    return bytes;
  }

 private:
  const int descriptor_;
};

struct Formats {
  lxw_format* header = nullptr;
  lxw_format* number = nullptr;
};

lxw_error WriteCell(lxw_worksheet* sheet, lxw_row_t row, lxw_col_t column, const ExportCell& cell,
                    const Formats& formats) {
  if (const auto* number = std::get_if<int64_t>(&cell))
    return worksheet_write_number(sheet, row, column, static_cast<double>(*number), formats.number);
  if (const auto* text = std::get_if<std::string>(&cell))
    return worksheet_write_string(sheet, row, column, text->c_str(), nullptr);
  return LXW_NO_ERROR;
}

bool WriteSheet(lxw_workbook* book, const char* name, const ExportSheet& content, const Formats& formats) {
  lxw_worksheet* const sheet = workbook_add_worksheet(book, name);
  if (sheet == nullptr) return false;
  for (size_t c = 0; c < content.columns.size(); ++c) {
    const auto column = static_cast<lxw_col_t>(c);
    double width = static_cast<double>(content.columns[c].size());
    for (size_t r = 0; r < content.rows.size(); ++r) {
      const ExportCell& cell = content.rows[r][c];
      if (WriteCell(sheet, static_cast<lxw_row_t>(r + 1), column, cell, formats) != LXW_NO_ERROR) return false;
      if (const auto* text = std::get_if<std::string>(&cell)) width = std::max(width, double(text->size()));
    }
    if (worksheet_set_column(sheet, column, column, std::min(width + 2, kWidthMax), nullptr) != LXW_NO_ERROR ||
        worksheet_write_string(sheet, 0, column, content.columns[c].c_str(), formats.header) != LXW_NO_ERROR) {
      return false;
    }
  }
  worksheet_freeze_panes(sheet, 1, 0);
  return worksheet_autofilter(sheet, 0, 0, static_cast<lxw_row_t>(content.rows.size()),
                              static_cast<lxw_col_t>(content.columns.size() - 1)) == LXW_NO_ERROR;
}

// The title says what it is of, and the time is the release's: the same rows give the same bytes.
bool SetProperties(lxw_workbook* book, const ExportRows& rows) {
  std::string title = absl::StrCat("Aangan figures, ", rows.roster, ", ", model::PeriodText(rows.period));
  lxw_doc_properties properties = {};
  properties.title = title.data();
  properties.created = absl::ToTimeT(rows.released.value_or(rows.period.end()));
  return workbook_set_properties(book, &properties) == LXW_NO_ERROR;
}

struct CloseBook {
  void operator()(lxw_workbook* book) const { lxw_workbook_free(book); }
};

}  // namespace

absl::StatusOr<std::string> ExportXlsx(const ExportRows& rows) {
  const MemoryFile file;
  if (!file.is_open()) return CanNot();
  std::unique_ptr<lxw_workbook, CloseBook> book(workbook_new(file.path().c_str()));
  if (book == nullptr) return CanNot();
  Formats formats = {workbook_add_format(book.get()), workbook_add_format(book.get())};
  format_set_bold(formats.header);
  format_set_num_format(formats.number, "0");
  if (!SetProperties(book.get(), rows) ||
      !WriteSheet(book.get(), "Figures", FiguresSheet(rows, NoNumber::kWord), formats) ||
      !WriteSheet(book.get(), "Dictionary", DictionarySheet(rows), formats)) {
    return CanNot();
  }
  if (workbook_close(book.release()) != LXW_NO_ERROR) return CanNot();  // frees it, whatever comes of it
  return file.Read();
}

}  // namespace aangan::federation
