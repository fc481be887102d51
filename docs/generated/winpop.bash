# bash completion for winpop; made from the table of its verbs, which no hand changes
_winpop_verbs='add delete list lock unlock stat changepwd createquotafile migrateToAD get set init net help'
declare -gA _winpop_switches=(
  ['add']='/createuser --createuser'
  ['delete']='/deleteuser --deleteuser'
  ['createquotafile']='/user: --user:'
)

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
