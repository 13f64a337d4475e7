// SPDX-License-Identifier: Apache-2.0
// Papers: the same content in three forms, each escaped for its own, and written for their owner alone.
#include "client/command/paper.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "base/problem.h"
#include "client/command/output.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace aangan::client {
namespace {

Paper Some() {
  Paper paper("What <b>was</b> lost");
  paper.Heading("A | heading");
  paper.Text(std::string(60, 'a') + " & " + std::string(60, 'b') + " \"quoted\" *starred*");
  paper.Steps({"First", "Then"});
  paper.Table({{"member", "name"}, {{"members/a", "<script>alert(1)</script>"}, {"members/b", "a|b"}}});
  return paper;
}

TEST(PaperTest, APageHoldsNoMarkUpOfItsTextsAndLoadsNothing) {
  const std::string page = Some().AsPage();
  EXPECT_TRUE(absl::StrContains(page, "What &lt;b&gt;was&lt;/b&gt; lost"));
  EXPECT_TRUE(absl::StrContains(page, "&lt;script&gt;alert(1)&lt;/script&gt;"));
  EXPECT_TRUE(absl::StrContains(page, "&quot;quoted&quot;"));
  EXPECT_TRUE(absl::StrContains(page, "@page"));
  EXPECT_TRUE(absl::StrContains(page, "table-header-group"));
  for (const char* loads : {"<script", "src=", "href=", "url(", "@import"})
    EXPECT_FALSE(absl::StrContains(page, loads)) << loads;
}

TEST(PaperTest, TextFitsATerminalAndRowsThatDoNotAreLists) {
  Paper paper = Some();
  paper.Table({{"a", "b"}, {{std::string(50, 'x'), std::string(50, 'y')}}});
  const std::string text = paper.AsText();
  for (const absl::string_view line : absl::StrSplit(text, '\n')) EXPECT_LE(DisplayWidth(line), 80u) << line;
  EXPECT_TRUE(absl::StrContains(text, "member     name\n"));
  EXPECT_TRUE(absl::StrContains(text, "a: " + std::string(50, 'x') + "\nb: " + std::string(50, 'y')));
  EXPECT_TRUE(absl::StrContains(text, "1. First\n2. Then\n"));
}

TEST(PaperTest, MarkdownIsEscaped) {
  const std::string text = Some().AsMarkdown();
  EXPECT_TRUE(absl::StrContains(text, "# What \\<b>was\\</b> lost\n"));
  EXPECT_TRUE(absl::StrContains(text, "| members/b | a\\|b |\n"));
  EXPECT_TRUE(absl::StrContains(text, "\\*starred\\*"));
}

TEST(PaperTest, TheEndingSaysTheFormAndOnlyTheOwnerReadsIt) {
  const tests::TempDir folder;
  for (const char* name : {"a.html", "a.txt", "a.md"}) {
    ASSERT_THAT(WritePaper(folder / name, Some()), tests::IsOk());
    struct stat status = {};
    ASSERT_EQ(stat((folder / name).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u);
    EXPECT_GT(status.st_size, 100);
  }
  EXPECT_THAT(WritePaper(folder / "a.pdf", Some()),
              tests::HasProblem(absl::StatusCode::kInvalidArgument, Reason::kInvalidField));
}

}  // namespace
}  // namespace aangan::client
