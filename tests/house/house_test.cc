// SPDX-License-Identifier: Apache-2.0
// The house stands: walls, sizes, words and lists of the whole tree; and the checker finds each breach once.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/house/house_rules.h"
#include "tests/support/temp_dir.h"

namespace aangan::house {
namespace {

constexpr char kHead[] = "// SPDX-License-Identifier: Apache-2.0\n// A room of a planted tree.\n";

std::string TextOf(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// A small tree that a test plants; it stands until a test adds a breach.
class Planted {
 public:
  Planted() {
    Put("base/CMakeLists.txt", "aangan_layer(base SOURCES\n  digest.cc)\n");
    Put("base/digest.h", std::string(kHead) + "int Digest();\n");
    Put("base/digest.cc", std::string(kHead) + "#include \"base/digest.h\"\nint Digest() { return 1; }\n");
    Put("tests/unit/base/CMakeLists.txt", "aangan_test(base_test SOURCES digest_test.cc)\n");
    Put("tests/unit/base/digest_test.cc", std::string(kHead) + "#include \"base/digest.h\"\n");
  }

  void Put(const std::string& path, const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path(dir_ / path).parent_path());
    std::ofstream(dir_ / path) << text;
  }

  std::vector<std::string> Found(const std::string& more_walls = "") const {
    return Breaches(dir_.path(), ParseWalls("wall base may proto/google\n"
                                            "wall privacy may base\n"
                                            "wall tests may *\n"
                                            "wall proto/aangan/federation may proto/google\n"
                                            "wall proto/aangan/node may proto/aangan/federation\n"
                                            "never privacy fstream base/clock.h\n"
                                            "rooms base 2\n"
                                            "mirror base\n" +
                                            more_walls));
  }

 private:
  tests::TempDir dir_;
};

// Exactly one breach, and it says these words.
void ExpectOne(const std::vector<std::string>& found, const std::string& words) {
  ASSERT_EQ(found.size(), 1u) << testing::PrintToString(found);
  EXPECT_NE(found[0].find(words), std::string::npos) << found[0];
}

TEST(House, Stands) {
  const std::filesystem::path root = AANGAN_SOURCE_ROOT;
  const Walls walls = ParseWalls(TextOf(root / "tests/house/walls.txt"));
  ASSERT_FALSE(walls.may.empty()) << "walls.txt was not read";
  for (const std::string& breach : Breaches(root, walls)) ADD_FAILURE() << breach;
}

TEST(HouseChecker, APlantedTreeStandsUntilItIsBroken) {
  EXPECT_TRUE(Planted().Found().empty()) << testing::PrintToString(Planted().Found());
}

TEST(HouseChecker, AnEmptyTreeIsABreachAndNotAPass) {
  tests::TempDir dir;
  ExpectOne(Breaches(dir.path(), ParseWalls("")), "checked nothing");
}

TEST(HouseChecker, ALayerThatReachesTooFarIsFoundAndItsWallSaid) {
  Planted tree;
  tree.Put("base/digest.h", std::string(kHead) + "#include \"privacy/release.h\"\n");
  ExpectOne(tree.Found(), "base/digest.h includes privacy/release.h; base may include proto/google");
}

TEST(HouseChecker, AHeaderThatALayerNeverIncludesIsFoundWhoeverMadeIt) {
  Planted tree;
  tree.Put("privacy/release.h", std::string(kHead) + "#include <fstream>\n");
  ExpectOne(tree.Found(), "privacy/release.h includes fstream; privacy never includes fstream");
  tree.Put("privacy/release.h", std::string(kHead) + "#include \"base/clock.h\"\n");
  ExpectOne(tree.Found(), "never includes base/clock.h");
}

TEST(HouseChecker, GeneratedHeadersAndImportsHaveWallsToo) {
  Planted tree;
  tree.Put("base/digest.h", std::string(kHead) + "#include \"aangan/node/v1/members.pb.h\"\n");
  ExpectOne(tree.Found(), "base/digest.h includes proto/aangan/node/v1/members.pb.h");
  tree.Put("base/digest.h", std::string(kHead) + "#include \"google/rpc/status.pb.h\"\n");
  tree.Put("proto/aangan/federation/v1/rounds.proto",
           std::string(kHead) + "import \"aangan/node/v1/members.proto\";\n");
  ExpectOne(tree.Found(), "rounds.proto includes proto/aangan/node/v1/members.proto");
}

TEST(HouseChecker, AFolderWithoutAWallIsFound) {
  Planted tree;
  tree.Put("client/channel.h", kHead);
  ExpectOne(tree.Found(), "client/channel.h is in no layer");
}

TEST(HouseChecker, ARoomOverFourHundredLinesIsFound) {
  Planted tree;
  std::string text = kHead;
  for (int i = 0; i < 399; ++i) text += "int a" + std::to_string(i) + ";\n";
  tree.Put("base/digest.h", text);
  ExpectOne(tree.Found(), "has 401 lines");
}

TEST(HouseChecker, AFunctionOverSeventyLinesIsFoundInNamespacesAndClasses) {
  std::string body;
  for (int i = 0; i < 69; ++i) body += "  if (x) { y(\"}\"); }  // }\n";
  Planted tree;
  tree.Put("base/digest.h", kHead + ("namespace a {\nclass B {\n void C() const {\n" + body + "}\n};\n}\n"));
  ExpectOne(tree.Found(), "line 5: a function of 71 lines");
  tree.Put("base/digest.h", kHead + ("namespace a {\nvoid C() {\n" + body.substr(body.find('\n') + 1) + "}\n}\n"));
  EXPECT_TRUE(tree.Found().empty());
  tree.Put("base/digest.h", kHead + ("const int table[] = {\n" + body + body + "};\n"));
  EXPECT_TRUE(tree.Found().empty()) << "a table is no function";
}

TEST(HouseChecker, BannedWordsAreFoundInCodeAndNotInCommentsOrLongerWords) {
  Planted tree;
  tree.Put("base/digest.h", std::string(kHead) + "int operand(int);  // not rand()\nconst char* t = \"rand()\";\n");
  EXPECT_TRUE(tree.Found().empty());
  tree.Put("base/digest.h", std::string(kHead) + "int a = rand();\n");
  ExpectOne(tree.Found(), "line 3 says rand(: use RandomSource");
  tree.Put("base/digest.h", kHead);
  tree.Put("privacy/release.h", std::string(kHead) + "double noise;\n");
  ExpectOne(tree.Found(), "line 3 says double");
  tree.Put("privacy/release.h", kHead);
  tree.Put("privacy/display_epsilon.h", std::string(kHead) + "double epsilon;\n");
  EXPECT_TRUE(tree.Found().empty());
}

TEST(HouseChecker, FloatingPointNumbersAreFoundInPrivacyAndWholeOnesAreNot) {
  for (const char* number : {"auto a = 1.5;", "auto a = 2.;", "auto a = .5;", "auto a = 1e9;", "auto a = 1'000e-3;"}) {
    Planted tree;
    tree.Put("privacy/release.h", std::string(kHead) + number + "\n");
    ExpectOne(tree.Found(), "line 3 has a floating point number");
  }
  Planted tree;
  tree.Put("privacy/release.h", std::string(kHead) + "int a = 0x1e5 + 1'000 + b[0].c;  // 1.5\nint d(int, ...);\n");
  tree.Put("privacy/display_epsilon.h", std::string(kHead) + "auto a = 1.5;\n");
  tree.Put("base/digest.h", std::string(kHead) + "auto a = 1.5;\n");
  EXPECT_TRUE(tree.Found().empty()) << testing::PrintToString(tree.Found());
}

TEST(HouseChecker, ATestThatAPaperNamesMustBeThere) {
  Planted tree;
  tree.Put("tests/unit/base/digest_test.cc", std::string(kHead) + "TEST(Digest, IsOne) {}\n");
  tree.Put("docs/ATTACKS.md", "| guessing | `tests/unit/base/digest_test.cc`: `Digest.IsOne` |\n");
  EXPECT_TRUE(tree.Found().empty()) << testing::PrintToString(tree.Found());
  tree.Put("docs/ATTACKS.md", "| guessing | `tests/unit/base/gone_test.cc` |\n");
  ExpectOne(tree.Found(), "docs/ATTACKS.md names tests/unit/base/gone_test.cc, which is not there");
  tree.Put("docs/ATTACKS.md", "| guessing | `Digest.IsTwo` |\n");
  ExpectOne(tree.Found(), "docs/ATTACKS.md names the test Digest.IsTwo, which is none");
  tree.Put("docs/ATTACKS.md", "");
  tree.Put("docs/CONVENTIONS.md", "| 1 | `Digest.IsThree` |\n");
  ExpectOne(tree.Found(), "docs/CONVENTIONS.md names the test Digest.IsThree, which is none");
}

TEST(HouseChecker, WorkLeftForLaterAndPathsOfAMachineAreFoundInCommentsToo) {
  Planted tree;
  tree.Put("base/digest.h", std::string(kHead) + "// TODO: more\n");
  ExpectOne(tree.Found(), "line 3 says TODO");
  tree.Put("base/digest.h", std::string(kHead) + "// see /home/somebody/notes\n");
  ExpectOne(tree.Found(), "a path of somebody's machine");
}

TEST(HouseChecker, ARoomMustSayItsLicenceAndPurpose) {
  Planted tree;
  tree.Put("base/digest.h", "// SPDX-License-Identifier: Apache-2.0\n\nint a;\n");
  ExpectOne(tree.Found(), "base/digest.h must begin with the SPDX line");
}

TEST(HouseChecker, ASourceOrTestInNoListIsFound) {
  Planted tree;
  tree.Put("tests/unit/base/digest_more_test.cc", kHead);
  ExpectOne(tree.Found(), "digest_more_test.cc is a test in no CMakeLists.txt");
  tree.Put("tests/unit/base/CMakeLists.txt", "aangan_test(b SOURCES digest_test.cc digest_more_test.cc)\n");
  EXPECT_TRUE(tree.Found().empty());
  tree.Put("tests/support/helper.cc", kHead);
  ExpectOne(tree.Found(), "tests/support/helper.cc is in no CMakeLists.txt");
  tree.Put("tests/unit/base/CMakeLists.txt",
           "aangan_test(b SOURCES\n ${CMAKE_SOURCE_DIR}/tests/support/helper.cc digest_test.cc digest_more_test.cc)\n");
  EXPECT_TRUE(tree.Found().empty());
}

TEST(HouseChecker, ARoomWithoutATestOfItsOwnIsFound) {
  Planted tree;
  tree.Put("base/CMakeLists.txt", "aangan_layer(base SOURCES digest.cc log.cc)\n");
  tree.Put("base/log.cc", kHead);
  ExpectOne(tree.Found(), "base/log.cc has no test of its own: tests/unit/base/log_test.cc");
  EXPECT_TRUE(tree.Found("excused mirror base/log.cc\n").empty());
}

TEST(HouseChecker, ALayerWithTooManyRoomsIsFound) {
  Planted tree;
  tree.Put("base/one.h", kHead);
  tree.Put("base/two.h", kHead);
  ExpectOne(tree.Found(), "base has 3 rooms, at most 2");
}

TEST(HouseChecker, AnExcuseThatIsNotNeededIsABreachSoTheListOnlyShrinks) {
  ExpectOne(Planted().Found("excused mirror base/digest.cc\n"), "needs no excuse any more: mirror base/digest.cc");
}

TEST(HouseChecker, ALineOfWallsThatMakesNoSenseIsABreach) {
  ExpectOne(Planted().Found("wal base may model\n"), "makes no sense here: wal base");
}

}  // namespace
}  // namespace aangan::house
