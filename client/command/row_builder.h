// SPDX-License-Identifier: Apache-2.0
// Makes one row of an import out of one line of a CSV file, by a mapping.
//
// The row's identity is the SHA-256 of the file's name and of its fields as they stand there, and its number among
// equal rows of the file: the same file imported again adds nothing, also with rows mended that were refused; two
// members who share all values stay two, and so do equal rows of two files. The number counts every row, so only whole
// files can be given. A record of whose columns nothing is recorded is left out of the row. A consent is given unless a
// default or a column says otherwise; where a column says its decision, a row that leaves it empty and records more of
// that consent is refused.
//
// Threads: one thread. Errors: INVALID_ARGUMENT (IMPORT_ROW), as a RowFault with the column.
#ifndef AANGAN_CLIENT_COMMAND_ROW_BUILDER_H_
#define AANGAN_CLIENT_COMMAND_ROW_BUILDER_H_

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "aangan/node/v1/operator.pb.h"
#include "base/digest.h"
#include "client/command/csv_mapping.h"
#include "client/command/csv_reader.h"

namespace aangan::client {

// Why a row does not go in: never its values.
struct RowFault {
  int64_t line = 0;
  std::string column;
  std::string reason;
  std::string fix;
};

class RowBuilder {
 public:
  // `mapping` is bound to the file's header and outlives the builder. `source` is the file's name.
  RowBuilder(const CsvMapping* mapping, std::string source) : mapping_(mapping), source_(std::move(source)) {}

  // The row, or why not. To be asked for every row of the file, in order.
  std::optional<RowFault> Build(const CsvRow& row, node::v1::ImportRow* out);

  // The column behind a field that the node names, for example "received_date" or "services.0.received_date"; the field
  // itself when no column or several go there.
  std::string ColumnOf(const std::string& field) const;

 private:
  std::optional<RowFault> Fill(const CsvRow& row, node::v1::ImportRow* out) const;

  const CsvMapping* const mapping_;
  const std::string source_;
  std::map<Digest, int32_t> seen_;
};

}  // namespace aangan::client

#endif  // AANGAN_CLIENT_COMMAND_ROW_BUILDER_H_
