// SPDX-License-Identifier: Apache-2.0
// Settings of a daemon: flag over environment over TOML file over default. Each has one name, "node.listen", which is
// --node.listen, AANGAN_NODE_LISTEN and listen under [node].
//
// An unknown key in the file is an error with line, column and the nearest name; a value is checked by its kind; a
// number is at most kNumberMax, so that none overflows where it becomes bytes or nanoseconds. A file that is there and
// can not be read is an error too: it never counts as all defaults. Errors go to standard error by the caller, because
// only the person who starts the program reads them: they are text, not Problems. No setting holds a secret: where one
// is needed the setting names a file, so what is in force can be shown whole. Threads: pure but for reading the file
// and the environment.
#ifndef AANGAN_SERVER_SHARED_CONFIG_H_
#define AANGAN_SERVER_SHARED_CONFIG_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace aangan::server {

enum class SettingKind { kText, kNumber, kYesNo };
inline constexpr int64_t kNumberMax = 1'000'000'000;  // a petabyte in megabytes, thirty years in seconds

struct Setting {
  std::string name;  // "node.listen"
  SettingKind kind = SettingKind::kText;
  std::string default_value;
  std::string help;
  bool required = false;             // must be given, and not empty
  std::vector<std::string> words{};  // when there are any, a text must be one of them
  bool live = false;                 // counts again after a reload; the others count at the next start
};

class Config {
 public:
  struct Outcome;
  // `program` and `about` are for --help. The flag --config names the file; without it `default_file` is read if it is
  // there. With --show-config the message is a JSON array of what is in force, {"name", "value", "source", "place"} of
  // each setting: the source is "flag", "environment", "file" or "default", the place which of them.
  static Outcome Read(int argc, const char* const* argv, const std::string& program, const std::string& about,
                      const std::vector<Setting>& settings, const std::string& default_file);

  std::string Text(const std::string& name) const;
  int64_t Number(const std::string& name) const;
  bool YesNo(const std::string& name) const;
  // The file that was read; empty where there was none.
  const std::string& file() const { return file_; }
  // Those that are live become what `read` says; the others stay.
  void TakeLive(const Config& read, const std::vector<Setting>& settings);

 private:
  struct Given {
    std::string value;
    std::string source = "default";
    std::string place;  // "--node.listen", "AANGAN_NODE_LISTEN" or the file's path
  };
  std::string Shown() const;  // for --show-config
  // Each from the source that counts; the fault as text, empty when there is none.
  std::string Take(const std::vector<Setting>& settings, const std::string& file,
                   const std::map<std::string, std::string>& flags);

  std::map<std::string, Given> values_;
  std::string file_;
};

struct Config::Outcome {
  Config config;
  bool go_on = false;  // false: print `message` and leave with `exit_code`
  int exit_code = 0;   // 0 after --help and --show-config
  std::string message;
};

inline constexpr int kExitUsage = 64;   // EX_USAGE
inline constexpr int kExitConfig = 78;  // EX_CONFIG: also a store of a newer program

}  // namespace aangan::server

#endif  // AANGAN_SERVER_SHARED_CONFIG_H_
