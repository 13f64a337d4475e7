// SPDX-License-Identifier: Apache-2.0
// Makes one row of an import out of one line of a CSV file, by a mapping.
//
// The row's identity is the SHA-256 of its fields as they stand in the file, and its number among equal rows: the same
// file imported again adds nothing, and two members who share all values stay two. A record of whose columns nothing is
// recorded is left out of the row. A consent is given unless a default or a column says otherwise; where a column says
// its decision, a row that leaves it empty and records more of that consent is refused.
// Threads: one thread. Errors: INVALID_ARGUMENT (IMPORT_ROW), as a RowFault with the column.
#ifndef AANGAN_CLIENT_COMMAND_ROW_BUILDER_H_
#define AANGAN_CLIENT_COMMAND_ROW_BUILDER_H_

#include <map>
#include <optional>
#include <string>

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
  // `mapping` is bound to the file's header and outlives the builder.
  explicit RowBuilder(const CsvMapping* mapping) : mapping_(mapping) {}

  // The row, or why not.
  std::optional<RowFault> Build(const CsvRow& row, node::v1::ImportRow* out);

  // The column behind a field that the node names, for example "received_date" or "services.0.received_date"; the field
  // itself when no column or several go there.
  std::string ColumnOf(const std::string& field) const;

 private:
  std::optional<RowFault> Fill(const CsvRow& row, node::v1::ImportRow* out) const;

  const CsvMapping* const mapping_;
  std::map<Digest, int32_t> seen_;
};

}  // namespace aangan::client

#endif  // AANGAN_CLIENT_COMMAND_ROW_BUILDER_H_
