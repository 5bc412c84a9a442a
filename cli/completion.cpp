#include "cli/commands.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>

namespace cli {
namespace {

// Commands and options are asked of the program's own --help: there is nothing to forget here.
constexpr const char* bash_script = R"bash(# bash completion for kafkasim; use: source <(kafkasim completion bash)
_kafkasim() {
  local program=${COMP_WORDS[0]} word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command= i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      -*) ;;
      *) command=${COMP_WORDS[i]}; break ;;
    esac
  done
  COMPREPLY=()
  case $before in
    --json | --trace | --continue) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
    --seed | --seeds | --until | --thorough) return ;;
  esac
  if [ -z "$command" ]; then
    local words
    words=$("$program" --help 2>/dev/null | awk '/^Subcommands:/ { on = 1; next } on && NF { print $1 }')
    mapfile -t COMPREPLY < <(compgen -W "$words --help --version" -- "$word")
    return
  fi
  case $word in
    -*)
      local options
      options=$("$program" "$command" --help 2>/dev/null | grep -oE -- '(^|[ ,])--?[a-z][a-z-]*' | tr -d ' ,')
      mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
      ;;
    *)
      case $command in
        run | check) mapfile -t COMPREPLY < <(compgen -f -X '!*.json' -- "$word"; compgen -d -S / -- "$word") ;;
        completion) mapfile -t COMPREPLY < <(compgen -W bash -- "$word") ;;
      esac
      ;;
  esac
}
complete -o nospace -o filenames -F _kafkasim kafkasim ./kafkasim
)bash";

}  // namespace

void add_completion(CLI::App& app, ExitCode& exit_code) {
  const auto shell = std::make_shared<std::string>();
  CLI::App* completion =
      app.add_subcommand("completion", "Print the script that completes commands and options with Tab");
  completion->add_option("shell", *shell, "Which shell: bash")->required()->check(CLI::IsMember({"bash"}));
  completion->callback([&exit_code] {
    std::cout << bash_script;
    exit_code = ExitCode::success;
  });
}

}  // namespace cli
