// SPDX-License-Identifier: Apache-2.0
// The rules: see house_rules.h. Each gives its breaches in words, with what to do instead.
#include "tests/house/house_rules.h"

#include <algorithm>
#include <fstream>
#include <functional>
#include <iterator>
#include <regex>
#include <sstream>

namespace aangan::house {
namespace {

namespace fs = std::filesystem;

constexpr size_t kRoomLinesMax = 400;
constexpr size_t kFunctionLinesMax = 70;

// Takes a breach: the rule, the room at fault, and the words.
using Report = std::function<void(const std::string& rule, const std::string& path, const std::string& words)>;

bool Under(const std::string& path, const std::string& folder) { return path.rfind(folder + "/", 0) == 0; }

bool EndsWith(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

std::string LayerOf(const std::string& path, const Walls& walls) {
  std::string layer;
  for (const auto& [folder, unused] : walls.may) {
    if (Under(path, folder) && folder.size() > layer.size()) layer = folder;
  }
  return layer;
}

// What a line includes or imports, seen from the root; generated headers are found under proto. Empty for other lines.
std::string IncludeOf(const std::string& line) {
  size_t begin = std::string::npos;
  if (line.rfind("#include", 0) == 0) begin = line.find_first_of("\"<");
  if (line.rfind("import", 0) == 0) begin = line.find('"');
  if (begin == std::string::npos) return "";
  const size_t end = line.find_first_of("\">", begin + 1);
  return end == std::string::npos ? "" : line.substr(begin + 1, end - begin - 1);
}

bool IsOurs(const std::string& include, const Walls& walls) {
  const std::string top = include.substr(0, include.find('/'));
  return std::any_of(walls.may.begin(), walls.may.end(),
                     [&](const auto& wall) { return wall.first.substr(0, wall.first.find('/')) == top; });
}

std::string Joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out.empty() ? "nothing of ours" : out;
}

void CheckWalls(const Room& room, const Walls& walls, const Report& report) {
  const std::string layer = LayerOf(room.path, walls);
  if (layer.empty()) return report("wall", room.path, "is in no layer of walls.txt; give its folder a wall");
  const std::vector<std::string>& may = walls.may.at(layer);
  for (const std::string& line : room.lines) {
    std::string include = IncludeOf(line);
    if (include.empty()) continue;
    if (auto never = walls.never.find(layer); never != walls.never.end()) {
      for (const std::string& begin : never->second) {
        if (include.rfind(begin, 0) == 0) {
          report("wall", room.path, "includes " + include + "; " + layer + " never includes " + begin);
        }
      }
    }
    if (include.rfind("aangan/", 0) == 0 || IsOurs("proto/" + include, walls)) {
      const std::string under_proto = "proto/" + include;
      if (!LayerOf(under_proto, walls).empty()) include = under_proto;
    }
    if (!IsOurs(include, walls) || Under(include, layer)) continue;
    const bool allowed = std::any_of(
        may.begin(), may.end(), [&](const std::string& folder) { return folder == "*" || Under(include, folder); });
    if (!allowed) report("wall", room.path, "includes " + include + "; " + layer + " may include " + Joined(may));
  }
}

struct BannedWord {
  const char* word;
  const char* instead;
  const char* only_in;                  // "" everywhere; else the folder where it is banned
  std::vector<std::string> allowed_in;  // beginnings of paths
};

const std::vector<BannedWord>& BannedWords() {
  static const std::vector<BannedWord> words = {
      {"rand(", "use RandomSource", "", {}},
      {"std::cout", "use client/command/output.h", "", {"client/command/output", "tests/"}},
      {"system_clock::now", "use Clock", "", {"base/clock.h"}},
      {"absl::Now(", "use Clock", "", {"base/clock.h", "tests/"}},
      {"InsecureServerCredentials", "every port speaks TLS", "", {}},
      {"InsecureChannelCredentials", "every channel speaks TLS", "", {}},
      {"sleep_for", "wait on a condition", "", {}},
      {"SleepFor", "wait on a condition", "", {}},
      {"sleep(", "wait on a condition", "", {}},
      {"double", "integers alone; floating point is for display_*", "privacy", {"privacy/display_"}},
      {"float", "integers alone; floating point is for display_*", "privacy", {"privacy/display_"}},
      {"DebugString(", "it prints personal values; log by type", "", {"tests/"}},
      {"disableWAL", "every write is in the log", "", {}},
      {"DONT_VERIFY", "peers are verified", "", {}},
  };
  return words;
}

// Is `word` in the line and not the tail or the head of a longer one?
bool HasWord(const std::string& line, const std::string& word) {
  const auto letter = [](char c) { return isalnum(static_cast<unsigned char>(c)) || c == '_'; };
  for (size_t at = line.find(word); at != std::string::npos; at = line.find(word, at + 1)) {
    const size_t end = at + word.size();
    const bool head_free = at == 0 || !letter(line[at - 1]);
    const bool tail_free = !letter(word.back()) || end == line.size() || !letter(line[end]);
    if (head_free && tail_free) return true;
  }
  return false;
}

// A number with a point or an exponent is floating point, whatever the type is called.
void CheckLiterals(const Room& room, const Report& report) {
  if (!Under(room.path, "privacy") || room.path.rfind("privacy/display_", 0) == 0) return;
  static const std::regex floating(R"((^|[^\w.'])([0-9][0-9']*\.|\.[0-9]|[0-9][0-9']*[eE][-+]?[0-9]))");
  for (size_t i = 0; i < room.code.size(); ++i) {
    if (!std::regex_search(room.code[i], floating)) continue;
    report("word", room.path,
           "line " + std::to_string(i + 1) + " has a floating point number: integers alone; it is for display_*");
  }
}

// These papers say which test shows what: the files that they name are there, and so are the tests.
void CheckNamedTests(const fs::path& root, const std::string& path, const std::vector<Room>& rooms,
                     const Report& report) {
  std::ifstream in(root / path);
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  std::set<std::string> tests;
  static const std::regex test(R"(^TEST(?:_[FP])?\((\w+), (\w+)\))");
  for (const Room& room : rooms) {
    for (const std::string& line : room.code) {
      std::smatch found;
      if (Under(room.path, "tests") && std::regex_search(line, found, test))
        tests.insert(found.str(1) + "." + found.str(2));
    }
  }
  static const std::regex quoted(R"(`([^`]+)`)");
  for (std::sregex_iterator it(text.begin(), text.end(), quoted), end; it != end; ++it) {
    const std::string word = it->str(1);
    static const std::regex name(R"([A-Z]\w+\.[A-Z]\w+)");
    if (Under(word, "tests") && !fs::exists(root / word))
      report("named tests", path, "names " + word + ", which is not there");
    if (std::regex_match(word, name) && tests.count(word) == 0)
      report("named tests", path, "names the test " + word + ", which is none");
  }
}

void CheckWords(const Room& room, const Report& report) {
  for (const BannedWord& banned : BannedWords()) {
    if (*banned.only_in != '\0' && !Under(room.path, banned.only_in)) continue;
    if (std::any_of(banned.allowed_in.begin(), banned.allowed_in.end(),
                    [&](const std::string& begin) { return room.path.rfind(begin, 0) == 0; }))
      continue;
    for (size_t i = 0; i < room.code.size(); ++i) {
      if (!HasWord(room.code[i], banned.word)) continue;
      report("word", room.path, "line " + std::to_string(i + 1) + " says " + banned.word + ": " + banned.instead);
    }
  }
  if (Under(room.path, "tests/house")) return;  // these say the words in order to look for them
  for (size_t i = 0; i < room.lines.size(); ++i) {
    const std::string at = "line " + std::to_string(i + 1) + " says ";
    for (const char* left : {"TODO", "FIXME"}) {
      if (HasWord(room.lines[i], left)) report("word", room.path, at + left + ": finish it, or make it an issue");
    }
    for (const char* place : {"/home/", "/work/", "/Users/"}) {
      if (room.lines[i].find(place) != std::string::npos) {
        report("word", room.path, at + place + ": a path of somebody's machine; use one that is given or made");
      }
    }
  }
}

void CheckShape(const Room& room, const Report& report) {
  if (room.lines.size() > kRoomLinesMax) {
    report("size", room.path,
           "has " + std::to_string(room.lines.size()) + " lines; a room has at most 400: split it by what it is for");
  }
  if (room.lines.size() < 2 || room.lines[0] != "// SPDX-License-Identifier: Apache-2.0" ||
      room.lines[1].rfind("// ", 0) != 0) {
    report("purpose", room.path, "must begin with the SPDX line and, in the next line, what it is for");
  }
  if (EndsWith(room.path, ".proto")) return;
  for (const LongFunction& function : FunctionsOver(room.code, kFunctionLinesMax)) {
    report("function", room.path,
           "line " + std::to_string(function.begin_line) + ": a function of " + std::to_string(function.lines) +
               " lines; one has at most 70: name its parts");
  }
}

// Every path from the root that some CMakeLists.txt names, by itself or behind ${CMAKE_SOURCE_DIR}.
std::set<std::string> ListedPaths(const fs::path& root) {
  constexpr char kRoot[] = "${CMAKE_SOURCE_DIR}/";
  std::set<std::string> listed;
  std::set<fs::path> folders;
  for (const Room& room : ReadTree(root)) {
    for (fs::path folder = fs::path(room.path).parent_path(); !folder.empty(); folder = folder.parent_path()) {
      folders.insert(folder);
    }
  }
  for (const fs::path& folder : folders) {
    std::ifstream in(root / folder / "CMakeLists.txt");
    for (std::string line; std::getline(in, line);) {
      line = line.substr(0, line.find('#'));
      std::istringstream words(line.substr(line.find('(') + 1));
      for (std::string word; words >> word;) {
        word = word.substr(0, word.find(')'));
        listed.insert(word.rfind(kRoot, 0) == 0 ? word.substr(sizeof(kRoot) - 1) : (folder / word).generic_string());
      }
    }
  }
  return listed;
}

void CheckListed(const std::set<std::string>& listed, const Room& room, const Report& report) {
  if (!EndsWith(room.path, ".cc") || listed.count(room.path) > 0) return;
  report("listed", room.path,
         EndsWith(room.path, "_test.cc") ? "is a test in no CMakeLists.txt: it never runs"
                                         : "is in no CMakeLists.txt: nothing builds it");
}

void CheckMirror(const std::vector<Room>& rooms, const Walls& walls, const Report& report) {
  for (const Room& room : rooms) {
    if (!EndsWith(room.path, ".cc")) continue;
    const std::string layer = fs::path(room.path).parent_path().generic_string();
    if (std::find(walls.mirrored.begin(), walls.mirrored.end(), layer) == walls.mirrored.end()) continue;
    const std::string stem = "tests/unit/" + room.path.substr(0, room.path.size() - 3) + "_";
    const bool tested = std::any_of(rooms.begin(), rooms.end(), [&](const Room& test) {
      return test.path.rfind(stem, 0) == 0 && EndsWith(test.path, "_test.cc");
    });
    if (!tested) report("mirror", room.path, "has no test of its own: " + stem + "test.cc");
  }
}

void CheckRoomCount(const std::vector<Room>& rooms, const Walls& walls, const Report& report) {
  for (const auto& [layer, most] : walls.rooms_max) {
    std::set<std::string> names;
    for (const Room& room : rooms) {
      if (Under(room.path, layer)) names.insert(fs::path(room.path).stem().string());
    }
    if (names.size() > most) {
      report("rooms", layer,
             "has " + std::to_string(names.size()) + " rooms, at most " + std::to_string(most) +
                 " are allowed: it must not become the place for everything");
    }
  }
}

}  // namespace

Walls ParseWalls(const std::string& text) {
  Walls walls;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream words(line);
    std::string kind;
    std::string layer;
    words >> kind >> layer;
    std::vector<std::string> rest;
    for (std::string word; words >> word;) rest.push_back(word);
    if (kind == "wall" && !rest.empty() && rest[0] == "may") {
      walls.may[layer] = {rest.begin() + 1, rest.end()};
    } else if (kind == "never" && !rest.empty()) {
      walls.never[layer] = rest;
    } else if (kind == "rooms" && rest.size() == 1 && rest[0].find_first_not_of("0123456789") == std::string::npos) {
      walls.rooms_max[layer] = std::stoul(rest[0]);
    } else if (kind == "mirror" && !layer.empty() && rest.empty()) {
      walls.mirrored.push_back(layer);
    } else if (kind == "excused" && rest.size() == 1) {
      walls.excused.insert(layer + " " + rest[0]);
    } else {
      walls.unread.push_back(line);
    }
  }
  return walls;
}

std::vector<std::string> Breaches(const fs::path& root, const Walls& walls) {
  std::vector<std::string> breaches;
  std::set<std::string> used;
  const Report report = [&](const std::string& rule, const std::string& path, const std::string& words) {
    if (walls.excused.count(rule + " " + path) > 0) {
      used.insert(rule + " " + path);
    } else {
      breaches.push_back(path + " " + words);
    }
  };
  const std::vector<Room> rooms = ReadTree(root);
  const std::set<std::string> listed = ListedPaths(root);
  if (rooms.empty()) breaches.push_back("no sources under the root: this checked nothing");
  for (const Room& room : rooms) {
    CheckWalls(room, walls, report);
    CheckShape(room, report);
    CheckWords(room, report);
    CheckLiterals(room, report);
    CheckListed(listed, room, report);
  }
  CheckMirror(rooms, walls, report);
  CheckRoomCount(rooms, walls, report);
  for (const char* path : {"docs/ATTACKS.md", "docs/CONVENTIONS.md"}) CheckNamedTests(root, path, rooms, report);
  for (const std::string& line : walls.unread) breaches.push_back("walls.txt makes no sense here: " + line);
  for (const std::string& excuse : walls.excused) {
    if (used.count(excuse) == 0) breaches.push_back("walls.txt excuses what needs no excuse any more: " + excuse);
  }
  std::sort(breaches.begin(), breaches.end());
  return breaches;
}

}  // namespace aangan::house
