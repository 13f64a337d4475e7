// SPDX-License-Identifier: Apache-2.0
// The rules of the house as a checker over a source tree: walls, sizes, words, lists. It reads text; it does not build.
//
// Threads: none. Errors: a tree or a walls file that can not be read is a breach like any other.
#ifndef AANGAN_TESTS_HOUSE_HOUSE_RULES_H_
#define AANGAN_TESTS_HOUSE_HOUSE_RULES_H_

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace aangan::house {

// What walls.txt says.
struct Walls {
  std::map<std::string, std::vector<std::string>> may;    // layer -> folders
  std::map<std::string, std::vector<std::string>> never;  // layer -> beginnings of headers
  std::map<std::string, size_t> rooms_max;
  std::vector<std::string> mirrored;
  // "<rule> <path>" that is let through; one that is not needed any more is itself a breach, so the list only shrinks.
  std::set<std::string> excused;
  std::vector<std::string> unread;  // lines that make no sense
};

Walls ParseWalls(const std::string& text);

// One source file: its path from the root, its text, and the text with comments and literals blanked out.
struct Room {
  std::string path;
  std::vector<std::string> lines;
  std::vector<std::string> code;
};

// Every .h, .cc and .proto under the layers' folders of `root`, sorted by path; generated folders are left out.
std::vector<Room> ReadTree(const std::filesystem::path& root);

// Every breach in words, sorted; empty when the house stands.
std::vector<std::string> Breaches(const std::filesystem::path& root, const Walls& walls);

// Lines with comments, strings and characters replaced by blanks, so that a brace or a word in them does not count.
std::vector<std::string> CodeOf(const std::vector<std::string>& lines);

// The longest function of a file, in lines from its brace to its end, and the line where it begins.
struct LongFunction {
  size_t begin_line = 0;
  size_t lines = 0;
};
std::vector<LongFunction> FunctionsOver(const std::vector<std::string>& code, size_t lines_max);

}  // namespace aangan::house

#endif  // AANGAN_TESTS_HOUSE_HOUSE_RULES_H_
