// SPDX-License-Identifier: Apache-2.0
// Reading sources as text: files of the tree, code without comments, functions by their braces.
#include <algorithm>
#include <fstream>
#include <sstream>

#include "tests/house/house_rules.h"

namespace aangan::house {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> LinesOf(const fs::path& path) {
  std::ifstream in(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

bool IsSource(const fs::path& path) {
  return path.extension() == ".h" || path.extension() == ".cc" || path.extension() == ".proto";
}

// Does the text before a brace open something that holds functions, and is no function itself?
bool OpensScope(const std::string& before) {
  std::istringstream in(before);
  for (std::string word; in >> word;) {
    if (word == "namespace" || word == "class" || word == "struct" || word == "extern" || word == "union") return true;
  }
  return false;
}

// A brace behind "=" holds a table; a lambda's has its parameters between.
bool IsData(const std::string& before) {
  const size_t last = before.find_last_not_of(" \n");
  return last != std::string::npos && before[last] == '=';
}

// Where a raw string that begins at `at` ends inside all of the text, given as one.
size_t RawEnd(const std::string& all, size_t at) {
  const size_t open = all.find('(', at);
  if (open == std::string::npos) return all.size();
  const std::string close = ")" + all.substr(at + 2, open - at - 2) + "\"";
  const size_t end = all.find(close, open);
  return end == std::string::npos ? all.size() : end + close.size();
}

// Where a literal in quotes that begins at `at` ends.
size_t QuotedEnd(const std::string& all, size_t at) {
  size_t end = at + 1;
  while (end < all.size() && all[end] != all[at] && all[end] != '\n') end += all[end] == '\\' ? 2 : 1;
  return std::min(end + 1, all.size());
}

bool IsWord(char c) { return isalnum(static_cast<unsigned char>(c)) || c == '_'; }

}  // namespace

std::vector<std::string> CodeOf(const std::vector<std::string>& lines) {
  std::string all;
  for (const std::string& line : lines) all += line + "\n";
  for (size_t at = 0; at < all.size();) {
    size_t end = at;
    if (all.compare(at, 2, "//") == 0) {
      end = all.find('\n', at);
    } else if (all.compare(at, 2, "/*") == 0) {
      end = std::min(all.find("*/", at), all.size() - 2) + 2;
    } else if (all.compare(at, 2, "R\"") == 0 && (at == 0 || !IsWord(all[at - 1]))) {
      end = RawEnd(all, at);
    } else if (all[at] == '"' || (all[at] == '\'' && (at == 0 || !IsWord(all[at - 1])))) {
      end = QuotedEnd(all, at);
    }
    if (end == at) {
      ++at;
      continue;
    }
    for (; at < end; ++at) {
      if (all[at] != '\n') all[at] = ' ';
    }
  }
  std::vector<std::string> code;
  std::istringstream in(all);
  for (std::string line; std::getline(in, line);) code.push_back(line);
  return code;
}

std::vector<LongFunction> FunctionsOver(const std::vector<std::string>& code, size_t lines_max) {
  std::vector<LongFunction> found;
  std::string before;  // since the last brace or semicolon
  size_t scopes = 0;   // open namespaces and classes
  size_t inside = 0;   // open braces of the function that we are in
  size_t begin_line = 0;
  bool data = false;  // those braces hold a table and no function
  for (size_t i = 0; i < code.size(); ++i) {
    if (!code[i].empty() && code[i][0] == '#') continue;
    for (char c : code[i] + "\n") {
      if (c == '{') {
        if (inside > 0) {
          ++inside;
        } else if (OpensScope(before) && before.find(')') == std::string::npos) {
          ++scopes;
        } else {
          inside = 1;
          data = IsData(before);
          begin_line = i + 1;
        }
      } else if (c == '}') {
        if (inside == 1 && !data && i + 2 - begin_line > lines_max) found.push_back({begin_line, i + 2 - begin_line});
        if (inside > 0) {
          --inside;
        } else if (scopes > 0) {
          --scopes;
        }
      }
      if (c == '{' || c == '}' || c == ';') {
        before.clear();
      } else {
        before += c;
      }
    }
  }
  return found;
}

std::vector<Room> ReadTree(const fs::path& root) {
  std::vector<Room> rooms;
  for (const char* layer : {"base", "model", "privacy", "storage", "server", "client", "tests", "proto"}) {
    std::error_code missing;
    fs::recursive_directory_iterator it(root / layer, missing);
    if (missing) continue;
    for (const fs::recursive_directory_iterator end; it != end; ++it) {
      // What others made: packages of npm and PyPI.
      const std::string name = it->path().filename();
      if (it->is_directory() && (name == "node_modules" || name == "venv")) it.disable_recursion_pending();
      if (!it->is_regular_file() || !IsSource(it->path())) continue;
      Room room{fs::relative(it->path(), root).generic_string(), LinesOf(it->path()), {}};
      room.code = CodeOf(room.lines);
      rooms.push_back(std::move(room));
    }
  }
  std::sort(rooms.begin(), rooms.end(), [](const Room& a, const Room& b) { return a.path < b.path; });
  return rooms;
}

}  // namespace aangan::house
