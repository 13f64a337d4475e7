// SPDX-License-Identifier: Apache-2.0
// aangan import: a CSV file into the node, by a mapping. What can go in goes in; every refused row is written beside
// the file with line, column, reason and what to do. The same file again, under the same name, adds nothing.
//
// Threads: one thread. Errors: those of csv_mapping and csv_reader; what the node says. Rows go in streams of at most
// 2,000, each tried again when the link breaks: a row is never taken twice.
#ifndef AANGAN_CLIENT_COMMAND_IMPORT_H_
#define AANGAN_CLIENT_COMMAND_IMPORT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/channel.h"
#include "client/command/row_builder.h"
#include "client/command/session.h"

namespace aangan::client {

struct ImportWish {
  std::string file;
  std::string mapping;
  bool dry_run = false;  // read and map, send nothing
  std::string source;    // the file's name as a part of each row's identity; empty: that which it has
};

struct ImportOutcome {
  int64_t rows = 0;
  int64_t added = 0;
  int64_t repeated = 0;
  std::vector<RowFault> refused;  // by line
};

// The name that an import goes by.
std::string SourceOf(const ImportWish& wish);
// `channel` may be null with dry_run.
absl::StatusOr<ImportOutcome> RunImport(const Channel* channel, const ImportWish& wish);
// Where the refused rows of a file are told.
std::string RefusedFileOf(const std::string& file);
// Writes it, or removes one of before when nothing was refused.
absl::Status WriteRefused(const std::string& file, const std::vector<RowFault>& refused);

void AddImport(CLI::App& app, Session& session);

}  // namespace aangan::client

#endif  // AANGAN_CLIENT_COMMAND_IMPORT_H_
