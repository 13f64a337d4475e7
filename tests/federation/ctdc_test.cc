// SPDX-License-Identifier: Apache-2.0
// Real input: the CTDC sample, dealt to twelve real nodes and imported by the command, counted in three quarters and
// published. The exact clamped tallies are those of an independent recount, and the published figures lie within their
// stated margins as often as they claim. They leave in every format of exports, and the signed release as a file.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/support/ctdc_sample.h"
#include "tests/support/federation_cluster.h"

namespace aangan {
namespace {

namespace fed = federation::v1;
using tests::ClusterNode;
using tests::FederationCluster;

int Shell(const std::string& command) { return std::system(command.c_str()); }

// As a staff member would: each format of a quarter by the command, read by readers that are not ours.
void ExportAndRead(const FederationCluster& cluster, const std::string& period, const std::string& folder) {
  ASSERT_EQ(Shell(absl::StrCat("mkdir ", folder)), 0);
  const std::string ask =
      absl::StrCat(AANGAN_COMMAND, " figures export --federation ", cluster.data(), " --period ", period, " --format ");
  for (const char* format : {"csv", "dictionary", "xlsx", "dhis2", "dhis2-metadata", "dhis2-omitted", "fhir", "sdmx"}) {
    EXPECT_EQ(Shell(absl::StrCat(ask, format, " --file ", folder, "/", format, " >/dev/null")), 0) << format;
  }
  EXPECT_EQ(Shell(absl::StrCat("/usr/bin/python3 ", AANGAN_SOURCE, "/tests/interop/exports/read_exports.py ", folder,
                               " ", AANGAN_SOURCE, "/tests/tools")),
            0)
      << period;
  // What is there is not written over unless that is said.
  EXPECT_NE(Shell(absl::StrCat(ask, "csv --file ", folder, "/csv >/dev/null 2>&1")), 0);
  EXPECT_EQ(Shell(absl::StrCat(ask, "csv --force --file ", folder, "/csv >/dev/null")), 0);
  EXPECT_NE(Shell(absl::StrCat(ask, "tarot --file ", folder, "/tarot >/dev/null 2>&1")), 0);
}

// The signed release as a file: checked with no server at all; one bit of it changed is found.
void TakeHomeAndVerify(const FederationCluster& cluster, const std::string& period, const std::string& file) {
  ASSERT_EQ(Shell(absl::StrCat(AANGAN_COMMAND, " sister export ", period, " --to ", file, " --federation ",
                               cluster.data(), " >/dev/null 2>&1")),
            0);
  const std::string verify = absl::StrCat(AANGAN_COMMAND, " release verify ", file);
  EXPECT_EQ(Shell(absl::StrCat(verify, " --output csv | grep -q '^rosters/india/releases/", period, ",'")), 0);
  EXPECT_EQ(WEXITSTATUS(Shell(verify + " --key-phrase aaaa-bbbb-cccc-dddd-eeee-ffff >/dev/null 2>&1")), 1);
  ASSERT_EQ(Shell("printf XXXXXXXX | dd of=" + file + " bs=1 seek=200 conv=notrunc 2>/dev/null"), 0);
  EXPECT_EQ(WEXITSTATUS(Shell(verify + " >/dev/null 2>&1")), 1);
}

TEST(Ctdc, TalliesAreThoseOfAnIndependentRecountAndFiguresKeepTheirMargins) {
  FederationCluster cluster({});
  cluster.Found();
  const std::string dealt = cluster.folder() + "/ctdc";
  ASSERT_TRUE(tests::DealCtdc(cluster.catalogue(), cluster.quarters(), dealt));
  for (const ClusterNode& node : cluster.nodes()) {
    ASSERT_EQ(Shell(absl::StrCat(AANGAN_COMMAND, " import ", dealt, "/", node.id, ".csv --mapping ", dealt,
                                 "/ctdc.mapping.toml --data ", node.data, " >/dev/null 2>&1")),
              0)
        << node.id;
  }
  // Said before anything leaves; the numbers are checked by accuracy_test.
  EXPECT_EQ(Shell(absl::StrCat(AANGAN_COMMAND, " accuracy --output csv --data ", cluster.nodes()[0].data,
                               " | grep -q '^new_by_place,40.53,32.34,80,82,1.42,no'")),
            0);
  tests::CtdcCounts counted;
  std::map<std::string, int64_t> national;  // "quarter table codes indicator" -> exact
  for (const model::Period& quarter : cluster.quarters()) {
    const std::string period = model::PeriodText(quarter);
    for (ClusterNode& node : cluster.nodes()) {
      const node::v1::PreviewReleaseResponse preview = cluster.Contribute(node, quarter);
      EXPECT_EQ(preview.members_cut(), 0);
      for (const node::v1::PreviewCell& cell : preview.cells()) {
        const std::string codes = absl::StrJoin(cell.codes(), " ");
        national[absl::StrJoin({period, cell.table(), cell.indicator(), codes}, " ")] += cell.exact();
        // The sample knows when somebody came, and no service: other quarterly cells are empty.
        if (cell.exact() != 0 && !absl::StartsWith(cell.table(), "year_"))
          counted[absl::StrJoin({node.id, period, cell.table(), codes}, " ")] = cell.exact();
      }
    }
    ASSERT_TRUE(cluster.Finish(quarter));
  }
  EXPECT_EQ(counted, tests::ReadCtdcCounts(dealt));
  int figures = 0, inside = 0;
  for (const model::Period& quarter : cluster.quarters()) {
    fed::ListFiguresRequest question;
    question.set_period(model::PeriodText(quarter));
    for (const fed::Figure& figure : cluster.Figures(question)) {
      const std::string codes = absl::StrJoin(
          figure.codes(), " ", [](std::string* out, const fed::FigureCode& code) { *out += code.code(); });
      const int64_t exact = national[absl::StrJoin({figure.period(), figure.table(), figure.indicator(), codes}, " ")];
      ++figures;
      inside += std::abs(figure.raw() - exact) <= figure.margin();
    }
  }
  // Each holds with probability at least 0.95; of 330 fewer than 290 hold with probability below 1e-6 (binomial).
  std::printf("figures within their margins: %d of %d\n", inside, figures);
  EXPECT_EQ(figures, 330);
  EXPECT_GE(inside, 290);
  for (const model::Period& quarter : cluster.quarters())
    ExportAndRead(cluster, model::PeriodText(quarter), absl::StrCat(dealt, "/", model::PeriodText(quarter)));
  TakeHomeAndVerify(cluster, model::PeriodText(cluster.quarters().back()), dealt + "/india.release");
  // Clients that are not ours read the same federation.
  const std::string where = absl::StrCat(" ", cluster.address(), " ", cluster.data(), " ", AANGAN_SOURCE, "/proto");
  EXPECT_EQ(Shell(absl::StrCat("node ", AANGAN_SOURCE, "/tests/interop/by_grpc_js.cjs federation", where, " ",
                               AANGAN_SOURCE, "/tests/tools")),
            0);
  EXPECT_EQ(Shell(absl::StrCat("/usr/bin/python3 ", AANGAN_SOURCE, "/tests/interop/figures_by_grpcio.py", where)), 0);
}

}  // namespace
}  // namespace aangan
