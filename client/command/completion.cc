// SPDX-License-Identifier: Apache-2.0
// Completions of three shells: see completion.h.
#include "client/command/completion.h"

#include <map>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "client/command/commands.h"

namespace aangan::client {
namespace {

// In bash and zsh what stands between single quotes is taken as it is.
std::string Quoted(absl::string_view text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "'\\''"}}), "'");
}
std::string FishQuoted(absl::string_view text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"'", "\\'"}}), "'");
}

// What may stand at a command, by its path; of an option's value, by the path and the option's name.
struct Words {
  std::map<std::string, std::vector<std::pair<std::string, std::string>>> commands;  // word, about
  std::map<std::string, std::vector<std::pair<std::string, std::string>>> options;
  std::map<std::string, std::vector<std::string>> values;  // none: a file, or anything
};

Words WordsOf(const CommandRow& root) {
  Words words;
  for (const CommandRow* command : CommandsOf(root)) {
    auto& next = words.commands[command->path];
    auto& options = words.options[command->path];
    for (const CommandRow& below : command->commands)
      next.emplace_back(below.path.substr(command->path.size() + 1), below.about);
    for (const OptionRow& option : command->options) {
      if (option.names.empty()) {
        for (const std::string& choice : option.choices) next.emplace_back(choice, option.about);
        continue;
      }
      for (const std::string& name : option.names) {
        options.emplace_back(name, option.about);
        if (!option.value.empty()) words.values[absl::StrCat(command->path, " ", name)] = option.choices;
      }
    }
  }
  return words;
}

// One entry of an associative array.
std::string Entry(const std::string& key, absl::string_view value) {
  return absl::StrCat("    [", Quoted(key), "]=", Quoted(value), "\n");
}

std::string NamesOf(const std::vector<std::pair<std::string, std::string>>& words) {
  return absl::StrJoin(words, " ", [](std::string* out, const auto& word) { *out += word.first; });
}

// "name:about" a line, as _describe takes it.
std::string DescribedOf(const std::vector<std::pair<std::string, std::string>>& words) {
  return absl::StrJoin(words, "\n", [](std::string* out, const auto& word) {
    absl::StrAppend(out, word.first, ":", absl::StrReplaceAll(word.second, {{"\n", " "}}));
  });
}

constexpr char kBashWalk[] = R"(  )
  local here=aangan taken= word i candidates
  local current=${COMP_WORDS[COMP_CWORD]}
  for ((i = 1; i < COMP_CWORD; ++i)); do
    word=${COMP_WORDS[i]}
    if [[ $word == '=' ]]; then continue; fi
    if [[ -n $taken ]]; then taken=; continue; fi
    if [[ -n ${values["$here $word"]+set}${values["aangan $word"]+set} ]]; then
      taken=$word
    elif [[ -n ${options["$here $word"]+set} ]]; then
      here="$here $word"
    fi
  done
  if [[ $current == '=' ]]; then current=; fi
  if [[ -n $taken ]]; then
    candidates=${values["$here $taken"]-${values["aangan $taken"]-}}
  elif [[ $current == -* ]]; then
    candidates="${options["$here"]} ${options['aangan']}"
  else
    candidates=${commands["$here"]}
  fi
  mapfile -t COMPREPLY < <(compgen -W "$candidates" -- "$current")
}
complete -o default -F _aangan aangan
)";

constexpr char kZshWalk[] = R"(  )
  local here=aangan taken= word
  local -a found
  for word in "${(@)words[2,CURRENT-1]}"; do
    if [[ -n $taken ]]; then taken=; continue; fi
    if (( ${+aangan_values[$here $word]} || ${+aangan_values[aangan $word]} )); then
      taken=$word
    elif (( ${+aangan_options[$here $word]} )); then
      here="$here $word"
    fi
  done
  if [[ -n $taken ]]; then
    found=(${(f)${aangan_values[$here $taken]:-${aangan_values[aangan $taken]}}})
  elif [[ $PREFIX == -* ]]; then
    found=(${(f)aangan_options[$here]} ${(f)aangan_options[aangan]})
  else
    found=(${(f)aangan_commands[$here]})
  fi
  if (( $#found )); then _describe word found; else _files; fi
}
if [[ $funcstack[1] == _aangan ]]; then _aangan "$@"; else compdef _aangan aangan; fi
)";

constexpr char kFishWalk[] = R"(function __aangan_at --description 'Whether the command that is being typed is this one'
    set -l here aangan
    set -l taken 0
    set -l typed (commandline -opc)
    for word in $typed[2..-1]
        if test $taken = 1
            set taken 0
        else if contains -- "$here $word" $__aangan_values; or contains -- "aangan $word" $__aangan_values
            set taken 1
        else if contains -- "$here $word" $__aangan_commands
            set here "$here $word"
        end
    end
    test "$here" = "$argv[1]"
end
complete -c aangan -e
)";

}  // namespace

std::string BashCompletion(const CommandRow& root) {
  const Words words = WordsOf(root);
  std::string text =
      "# bash completion of aangan, made by: aangan completion bash\n_aangan() {\n  local -A commands=(\n";
  for (const auto& [path, next] : words.commands) text += Entry(path, NamesOf(next));
  text += "  )\n  local -A options=(\n";
  for (const auto& [path, options] : words.options) text += Entry(path, NamesOf(options));
  text += "  )\n  local -A values=(\n";
  for (const auto& [option, values] : words.values) text += Entry(option, absl::StrJoin(values, " "));
  return text + kBashWalk;
}

std::string ZshCompletion(const CommandRow& root) {
  const Words words = WordsOf(root);
  std::string text =
      "#compdef aangan\n# zsh completion of aangan, made by: aangan completion zsh\n_aangan() {\n"
      "  local -A aangan_commands=(\n";
  for (const auto& [path, next] : words.commands) text += Entry(path, DescribedOf(next));
  text += "  )\n  local -A aangan_options=(\n";
  for (const auto& [path, options] : words.options) text += Entry(path, DescribedOf(options));
  text += "  )\n  local -A aangan_values=(\n";
  for (const auto& [option, values] : words.values) text += Entry(option, absl::StrJoin(values, "\n"));
  return text + kZshWalk;
}

std::string FishCompletion(const CommandRow& root) {
  const Words words = WordsOf(root);
  std::string text = "# fish completion of aangan, made by: aangan completion fish\nset -g __aangan_commands";
  for (const auto& [path, next] : words.commands) absl::StrAppend(&text, " ", FishQuoted(path));
  text += "\nset -g __aangan_values";
  for (const auto& [option, values] : words.values) absl::StrAppend(&text, " ", FishQuoted(option));
  absl::StrAppend(&text, "\n", kFishWalk);
  for (const auto& [path, next] : words.commands) {
    for (const auto& [word, about] : next) {
      absl::StrAppend(&text, "complete -c aangan -n ", FishQuoted(absl::StrCat("__aangan_at ", FishQuoted(path))),
                      " -f -a ", FishQuoted(word), " -d ", FishQuoted(about), "\n");
    }
  }
  for (const auto& [path, options] : words.options) {
    for (const auto& [name, about] : options) {
      // What every command takes is offered everywhere.
      text += "complete -c aangan";
      if (path != root.path) absl::StrAppend(&text, " -n ", FishQuoted(absl::StrCat("__aangan_at ", FishQuoted(path))));
      const bool is_long = absl::StartsWith(name, "--");
      absl::StrAppend(&text, is_long ? " -l " : " -s ", name.substr(is_long ? 2 : 1));
      const auto values = words.values.find(absl::StrCat(path, " ", name));
      if (values != words.values.end()) text += " -r";
      if (values != words.values.end() && !values->second.empty())
        absl::StrAppend(&text, " -f -a ", FishQuoted(absl::StrJoin(values->second, " ")));
      absl::StrAppend(&text, " -d ", FishQuoted(about), "\n");
    }
  }
  return text;
}

void AddCompletion(CLI::App& app, Session& session) {
  CLI::App* completion = AddCommand(app, "completion", "Print what makes a shell complete these words",
                                    "aangan completion bash > /etc/bash_completion.d/aangan");
  auto shell = std::make_shared<std::string>();
  completion->add_option("shell", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  completion->callback([&app, &session, shell] {
    session.run = [&app, &session, shell]() -> absl::StatusOr<int> {
      const CommandRow root = TreeOf(app);
      session.output().PrintText(*shell == "bash"  ? BashCompletion(root)
                                 : *shell == "zsh" ? ZshCompletion(root)
                                                   : FishCompletion(root));
      return kExitOk;
    };
  });
}

}  // namespace aangan::client
