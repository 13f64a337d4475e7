// SPDX-License-Identifier: Apache-2.0
// aangan-demo-collectives: writes the invented records of ./demo.
#include <cstdio>
#include <string>

#include "CLI/App.hpp"
#include "CLI/Config.hpp"
#include "CLI/Formatter.hpp"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/files.h"
#include "client/demo/collectives.h"

namespace aangan::client {
namespace {

absl::Status Write(const std::string& folder, uint64_t seed, absl::CivilDay today) {
  absl::Status status = MakeFolders(folder, 0700);
  std::string list;
  for (const DemoCollective& each : DemoCollectives()) {
    absl::StrAppend(&list, each.id, "\t", each.title, "\t", each.state, "\n");
    if (status.ok())
      status = WriteFileDurably(absl::StrCat(folder, "/", each.id, ".csv"), DemoCsv(each, seed, today), 0600);
  }
  if (status.ok()) status = WriteFileDurably(folder + "/collectives.tsv", list, 0600);
  if (status.ok()) status = WriteFileDurably(folder + "/demo.mapping.toml", DemoMapping(), 0600);
  return status;
}

int Run(int argc, char** argv) {
  CLI::App app("Writes the invented records of twelve collectives as CSV, with their mapping.",
               "aangan-demo-collectives");
  uint64_t seed = 7;
  std::string folder, day;
  app.add_option("--seed", seed, "the same seed and day write the same bytes")->capture_default_str();
  app.add_option("--out", folder, "folder to write into")->required();
  app.add_option("--today", day, "day to stand at, 2026-11-24; none means today in India");
  CLI11_PARSE(app, argc, argv);
  absl::CivilDay today = absl::ToCivilDay(SystemClock().Now(), absl::FixedTimeZone(19800));
  if (!day.empty() && !absl::ParseCivilTime(day, &today)) {
    std::fputs("aangan-demo-collectives: --today must be a day as 2026-11-24\n", stderr);
    return 2;
  }
  const absl::Status status = Write(folder, seed, today);
  if (!status.ok()) std::fprintf(stderr, "aangan-demo-collectives: %s\n", std::string(status.message()).c_str());
  return status.ok() ? 0 : 1;
}

}  // namespace
}  // namespace aangan::client

int main(int argc, char** argv) { return aangan::client::Run(argc, argv); }
