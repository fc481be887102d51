// SPDX-License-Identifier: GPL-3.0-or-later
// The table goes into associative arrays of bash: verb -> "--option=VALUE ..." and verb -> names of
// its arguments. Bash splits words at "=" and ":" (COMP_WORDBREAKS); the functions put them
// together again. Nothing of bash-completion is needed but that it loads the file.
#include "server/admin/completion.hpp"

#include <fmt/format.h>

#include "base/core/text.hpp"
#include "server/admin/verbs.hpp"
#include "server/admin/winpop.hpp"

namespace kontor::admin {
namespace {

constexpr std::string_view k_head =
    "# bash completion for {0}; made from the table of its verbs, which no hand changes\n";

// "[--into FOLDER] [--dry-run]" as "--into=FOLDER --dry-run".
std::string options_of(std::string_view text) {
  std::string out;
  for (auto part : split(text, '[')) {
    part = trim(part);
    if (part.empty()) continue;
    part.remove_suffix(1);
    const auto blank = part.find(' ');
    out.append(out.empty() ? "" : " ").append(part.substr(0, blank));
    if (blank != std::string_view::npos) out.append("=").append(part.substr(blank + 1));
  }
  return out;
}

// "ADDRESS [TIME]" as "ADDRESS TIME".
std::string arguments_of(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c != '[' && c != ']') out += c;
  return out;
}

std::string table_of(std::string_view name, std::string (*shown)(std::string_view), bool options) {
  auto out = fmt::format("declare -gA {}=(\n", name);
  for (const auto& verb : verbs())
    out +=
        fmt::format("  ['{}']='{}'\n", verb.name, shown(options ? verb.options : verb.arguments));
  return out + ")\n";
}

constexpr std::string_view k_functions = R"(
# The words of the line before the cursor in `line`, the one at it in `cur`, those split at "=" together again.
_kontorctl_line() {
  local i word joins=
  line=()
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if [[ $word == = && ${#line[@]} -gt 0 && ${line[-1]} == --* ]]; then
      line[-1]+='='
      joins=1
    elif [[ $joins ]]; then
      line[-1]+=$word
      joins=
    else
      line+=("$word")
    fi
  done
  cur=${line[-1]}
  unset 'line[-1]'
}

# Completes `cur` with what a value of that name may be: files, folders, or its words.
_kontorctl_value() {
  case $1 in
    FILE | TAR | BACKUP | SOURCE)
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
    FOLDER | DIR)
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$cur") ;;
    *'|'*) mapfile -t COMPREPLY < <(compgen -W "${1//|/ }" -- "$cur") ;;
  esac
}

# The value that an option of `options` takes in `kind`; false: it takes none, or is no option.
_kontorctl_kind() {
  local one
  for one in $options; do
    [[ $one == "$1="* ]] && kind=${one#*=} && return 0
  done
  return 1
}

_kontorctl() {
  local cur verb= options= kind i word last=
  local -a line plain=() names=()
  COMPREPLY=()
  _kontorctl_line
  for ((i = 0; i < ${#line[@]}; i++)); do
    case ${line[i]} in
      --data) i=$((i + 1)) ;;
      --data=* | --json | --help) ;;
      account) [[ ${#plain[@]} -eq 0 ]] && plain+=(accounts) || plain+=(account) ;;
      *) plain+=("${line[i]}") ;;
    esac
  done
  if [[ ${#line[@]} -gt 0 && ${line[-1]} == --data ]]; then _kontorctl_value DIR; return; fi
  if [[ ${#plain[@]} -ge 2 && ${_kontorctl_options["${plain[0]} ${plain[1]}"]+x} ]]; then
    verb="${plain[0]} ${plain[1]}"
    plain=("${plain[@]:2}")
  elif [[ ${#plain[@]} -ge 1 && ${_kontorctl_options["${plain[0]}"]+x} ]]; then
    verb=${plain[0]}
    plain=("${plain[@]:1}")
  fi
  local -a second=()
  if [[ ${#plain[@]} -eq 0 && $verb != *' '* || ( -z $verb && ${#plain[@]} -eq 1 ) ]]; then
    for word in "${!_kontorctl_options[@]}"; do
      if [[ -z $verb && ${#plain[@]} -eq 0 ]]; then
        second+=("${word%% *}")
      elif [[ $word == "${verb:-${plain[0]}} "* ]]; then
        second+=("${word#* }")
      fi
    done
    [[ -z $verb && ${#plain[@]} -eq 0 ]] && second+=(help --data --json)
  fi
  [[ -n $verb ]] && options=${_kontorctl_options["$verb"]-}
  # An option's value: "--into FOLDER" or "--into=FOLDER".
  if [[ -n $verb && $cur == --*=* ]]; then
    if _kontorctl_kind "${cur%%=*}"; then
      cur=${cur#*=}
      _kontorctl_value "$kind"
    fi
    return
  fi
  if [[ -n $verb && ${#line[@]} -gt 0 ]] && _kontorctl_kind "${line[-1]}"; then
    _kontorctl_value "$kind"
    return
  fi
  if [[ -n $verb && $cur == -* ]]; then
    for word in $options --data= --json; do second+=("${word%%=*}"); done
    mapfile -t COMPREPLY < <(compgen -W "${second[*]}" -- "$cur" | sort -u)
    return
  fi
  # The argument at the cursor: words of the line that are no options and no values of them.
  if [[ -n $verb ]]; then
    local at=0 value=
    for word in "${plain[@]}"; do
      if [[ $value ]]; then value=
      elif [[ $word == --*=* ]]; then :
      elif [[ $word == --* ]]; then _kontorctl_kind "$word" && value=1
      else at=$((at + 1)); fi
    done
    read -r -a names <<<"${_kontorctl_arguments["$verb"]-}"
    [[ $at -ge ${#names[@]} && ${names[*]} == *... ]] && at=$((${#names[@]} - 1))
    last=${names[at]-}
    _kontorctl_value "${last%...}"
  fi
  if [[ ${#second[@]} -gt 0 ]]; then
    local -a more
    mapfile -t more < <(compgen -W "${second[*]}" -- "$cur" | sort -u)
    COMPREPLY+=("${more[@]}")
  fi
}
complete -F _kontorctl kontorctl
)";

constexpr std::string_view k_winpop = R"(
_winpop() {
  local cur=${COMP_WORDS[COMP_CWORD]} verb= i
  COMPREPLY=()
  if [[ ${COMP_WORDS[COMP_CWORD - 1]} == --data ]]; then
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -d -- "$cur")
    return
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      --data) i=$((i + 1)) ;;
      *) verb=${COMP_WORDS[i],,}; break ;;
    esac
  done
  if [[ -z $verb ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$_winpop_verbs --data" -- "$cur")
  elif [[ $cur == [/-]* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "${_winpop_switches["$verb"]-}" -- "$cur")
  fi
}
complete -F _winpop winpop
)";

}  // namespace

std::string kontorctl_completion() {
  return fmt::format(k_head, "kontorctl") + table_of("_kontorctl_options", options_of, true) +
         table_of("_kontorctl_arguments", arguments_of, false) + std::string(k_functions);
}

std::string winpop_completion() {
  auto out = fmt::format(k_head, "winpop");
  std::string names, switches;
  for (const auto& verb : winpop_verbs()) {
    names.append(names.empty() ? "" : " ").append(verb.name);
    if (!verb.switches.empty())
      switches += fmt::format("  ['{}']='{}'\n", to_lower(verb.name), verb.switches);
  }
  return out +
         fmt::format("_winpop_verbs='{}'\ndeclare -gA _winpop_switches=(\n{})\n", names, switches) +
         std::string(k_winpop);
}

}  // namespace kontor::admin
