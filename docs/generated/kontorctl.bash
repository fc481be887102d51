# bash completion for kontorctl; made from the table of its verbs, which no hand changes
declare -gA _kontorctl_options=(
  ['accounts attach']=''
  ['accounts list']='--deleted'
  ['accounts lock']=''
  ['accounts migrate']='--all --to-source=SOURCE --list=FILE --keep --dry-run'
  ['accounts remove']=''
  ['accounts replace']=''
  ['accounts show']=''
  ['accounts unlock']=''
  ['addresses add']='--inside --hidden'
  ['addresses list']=''
  ['addresses remove']=''
  ['app-password add']='--name=DEVICE --protocols=LIST --expires=DAYS'
  ['app-password list']=''
  ['app-password revoke']='--all'
  ['audit list']='--since=DATE --until=DATE --who=NAME --kind=KIND --limit=NUMBER --before=NUMBER'
  ['audit verify']=''
  ['backup']='--person=ACCOUNT --domain=DOMAIN --all --to=FOLDER --tar=FILE --since=BACKUP --full --rate=SIZE --compress=zstd --manifest=FILE'
  ['backup list']=''
  ['backup unpack']=''
  ['backup verify']=''
  ['blocks']=''
  ['blocks add']=''
  ['blocks remove']=''
  ['calendars']=''
  ['calendars holidays']='--name=NAME --title=TITLE'
  ['calendars links']=''
  ['calendars publish']='--detail=full|free-busy'
  ['calendars remove']=''
  ['calendars revoke']=''
  ['certificates']=''
  ['clients']='--person=ACCOUNT --forest=DOMAIN --ca=FILE'
  ['collector add']='--protocol=PROTOCOL --host=HOST --tls=MODE --ca-file=FILE --user=USER --password-file=FILE --folder=FOLDER --to=ADDRESS --multidrop=YES --fields=LIST --hops=NUMBER --mode=MODE --take=WHICH --interval=TIME --limit=NUMBER --max-size=SIZE'
  ['collector check']=''
  ['collector list']=''
  ['collector pause']=''
  ['collector remove']=''
  ['collector resume']=''
  ['collector run']=''
  ['collector set']='--protocol=PROTOCOL --host=HOST --tls=MODE --ca-file=FILE --user=USER --password-file=FILE --folder=FOLDER --to=ADDRESS --multidrop=YES --fields=LIST --hops=NUMBER --mode=MODE --take=WHICH --interval=TIME --limit=NUMBER --max-size=SIZE --password'
  ['collector show']=''
  ['config check']=''
  ['config dump']=''
  ['deliver']=''
  ['directory accept']=''
  ['directory reconcile']=''
  ['directory status']=''
  ['dkim add']='--now'
  ['dkim check']=''
  ['dkim list']=''
  ['dkim remove']=''
  ['dkim retire']=''
  ['dkim rotate']='--now'
  ['dkim show']=''
  ['dmarc']='--days=NUMBER'
  ['dmarc received']='--days=NUMBER'
  ['dmarc reports']=''
  ['dmarc send']=''
  ['doctor']='--language=LANGUAGE --no-dns'
  ['domain check']='--config=FILE'
  ['domain join']='--config=FILE --user=ADMINISTRATOR --domain=DOMAIN --name=HOST --account=NAME --computer=NAME --parent=DN --services=LIST --keytab=FILE --reuse --force --print-commands=FORM'
  ['domain rollover']='--config=FILE --older-than=DAYS --ticket-life=HOURS'
  ['domains']=''
  ['domains add']=''
  ['domains mailboxes']=''
  ['domains remove']='--mailboxes'
  ['domains show']=''
  ['export']='--format=FORMAT --to=FOLDER --folder=FOLDER --at=DATE --from=BACKUP --of=ACCOUNT'
  ['fingerprints add']=''
  ['fingerprints list']=''
  ['fingerprints remove']=''
  ['folders']=''
  ['gal']=''
  ['gal search']='--limit=NUMBER'
  ['gal show']=''
  ['groups list']=''
  ['groups show']=''
  ['import']='--into=FOLDER --dry-run --imap=HOST --user=USER --password-file=FILE --authzid=USER --tls=MODE --ca-file=FILE --no-verify --folder=FOLDER --list=FILE'
  ['learning']=''
  ['lists']=''
  ['lists allow']=''
  ['lists block']=''
  ['lists remove']=''
  ['local add']='--name=NAME --login=LOGIN --password-file=FILE'
  ['local list']=''
  ['local passwd']='--password-file=FILE'
  ['local remove']=''
  ['log']='--level=LEVEL --text=WORDS --since=DATE --until=DATE --limit=NUMBER --before=TIME'
  ['moderation approve']=''
  ['moderation list']='--all'
  ['moderation reject']=''
  ['moderation show']=''
  ['out-of-office clear']=''
  ['out-of-office set']='--internal=TEXT --external=TEXT --subject=TEXT --from=DATE --until=DATE'
  ['out-of-office show']=''
  ['overview']=''
  ['policy explain']=''
  ['policy list']=''
  ['policy remove']=''
  ['policy set']=''
  ['quarantine']='--since=DATE --until=DATE --sender=ADDRESS --recipient=ADDRESS --reason=REASON --as=PERSON --limit=NUMBER'
  ['quarantine delete']='--learn --as=PERSON'
  ['quarantine except']='--remove'
  ['quarantine read']='--as=PERSON'
  ['quarantine release']='--learn --allow-sender --as=PERSON'
  ['quarantine show']='--as=PERSON'
  ['queue']=''
  ['queue bounce']=''
  ['queue clear']='--notify'
  ['queue delete']=''
  ['queue pause']=''
  ['queue release']=''
  ['queue resume']=''
  ['queue retry']=''
  ['queue show']=''
  ['quota set']=''
  ['quota show']=''
  ['recoverable']='--folder=FOLDER'
  ['restore']='--from=BACKUP --of=ACCOUNT --at=DATE --folder=FOLDER --uid=UID --message-id=ID --object=UID --overwrite --into=FOLDER --copies --replace --dry-run'
  ['retention']='--dry-run'
  ['roles grant']='--domains=LIST --units=LIST'
  ['roles list']=''
  ['roles revoke']=''
  ['rooms']='--free=TIME --until=TIME --capacity=NUMBER'
  ['rules add']='--before=NAME'
  ['rules change']=''
  ['rules disable']=''
  ['rules enable']=''
  ['rules list']=''
  ['rules move']=''
  ['rules rehearse']=''
  ['rules remove']=''
  ['rules show']=''
  ['rules test']='--since=DATE --until=DATE --message=FILE --from=ADDRESS --to=ADDRESSES --ours'
  ['search']='--account=ACCOUNTS --all --domain=DOMAIN --group=GROUP --policy=WHO --as=PERSON --people --order=ORDER --limit=NUMBER --offset=NUMBER --recoverable --export=FOLDER --format=FORMAT --reason=TEXT'
  ['search rebuild']=''
  ['search status']=''
  ['services']=''
  ['services pause']=''
  ['services start']=''
  ['services stop']=''
  ['sessions end']=''
  ['sessions list']=''
  ['shares add']='--folder=NAME --send-as'
  ['shares flags']='--folder=NAME'
  ['shares list']=''
  ['shares remove']='--folder=NAME'
  ['shares report']=''
  ['shares sent']=''
  ['sieve activate']=''
  ['sieve check']=''
  ['sieve list']=''
  ['sieve put']=''
  ['sieve rehearse']='--script=SCRIPT --since=DATE'
  ['sieve remove']=''
  ['sieve show']=''
  ['sieve test']='--script=SCRIPT --from=ADDRESS --to=ADDRESS'
  ['spam-base']='--all'
  ['spam-base add']=''
  ['spam-base import']=''
  ['spam-base remove']=''
  ['statistics']='--by=PERIOD --of=WHAT --name=NAME --since=DATE --until=DATE --limit=NUMBER --csv'
  ['status']=''
  ['store compact']=''
  ['store dump']=''
  ['store rebuild']=''
  ['store repair']=''
  ['store verify']=''
  ['tlsrpt']='--days=NUMBER'
  ['tlsrpt received']='--days=NUMBER'
  ['tlsrpt results']=''
  ['tlsrpt send']=''
  ['trace']='--sender=ADDRESS --recipient=ADDRESS --status=STATUS --since=DATE --until=DATE --subject=WORDS --message-id=ID --queue-id=ID --client=ADDRESS --as=PERSON --limit=NUMBER --before=PLACE'
  ['trace show']='--as=PERSON'
  ['trace status']=''
  ['undelete']='--folder=FOLDER --uid=UIDS --since=DATE --message-id=ID --all --into=FOLDER'
  ['upkeep']=''
)
declare -gA _kontorctl_arguments=(
  ['accounts attach']='ACCOUNT PERSON'
  ['accounts list']=''
  ['accounts lock']='ACCOUNT'
  ['accounts migrate']='FROM TO'
  ['accounts remove']='ACCOUNT'
  ['accounts replace']='ACCOUNT ID'
  ['accounts show']='ACCOUNT'
  ['accounts unlock']='ACCOUNT'
  ['addresses add']='MAILBOX FOLDER ADDRESS'
  ['addresses list']='MAILBOX'
  ['addresses remove']='ADDRESS'
  ['app-password add']='PERSON'
  ['app-password list']='PERSON'
  ['app-password revoke']='PERSON ID'
  ['audit list']=''
  ['audit verify']=''
  ['backup']=''
  ['backup list']='BACKUP'
  ['backup unpack']='TAR FOLDER'
  ['backup verify']='BACKUP'
  ['blocks']='list'
  ['blocks add']='ADDRESS TIME'
  ['blocks remove']='ADDRESS'
  ['calendars']='list'
  ['calendars holidays']='FILE'
  ['calendars links']='ACCOUNT'
  ['calendars publish']='ACCOUNT CALENDAR'
  ['calendars remove']='NAME'
  ['calendars revoke']='LINK'
  ['certificates']=''
  ['clients']='FOLDER'
  ['collector add']='NAME'
  ['collector check']='NAME'
  ['collector list']=''
  ['collector pause']='NAME'
  ['collector remove']='NAME'
  ['collector resume']='NAME'
  ['collector run']='NAME'
  ['collector set']='NAME'
  ['collector show']='NAME'
  ['config check']='FILE'
  ['config dump']='changed'
  ['deliver']='ADDRESS FILE'
  ['directory accept']=''
  ['directory reconcile']=''
  ['directory status']=''
  ['dkim add']='DOMAIN'
  ['dkim check']='DOMAIN'
  ['dkim list']='DOMAIN'
  ['dkim remove']='DOMAIN SELECTOR'
  ['dkim retire']='DOMAIN SELECTOR'
  ['dkim rotate']='DOMAIN'
  ['dkim show']='DOMAIN'
  ['dmarc']='DOMAIN'
  ['dmarc received']='DOMAIN'
  ['dmarc reports']=''
  ['dmarc send']=''
  ['doctor']=''
  ['domain check']=''
  ['domain join']=''
  ['domain rollover']=''
  ['domains']='list'
  ['domains add']='DOMAIN'
  ['domains mailboxes']='DOMAIN'
  ['domains remove']='DOMAIN'
  ['domains show']='DOMAIN'
  ['export']='ACCOUNT'
  ['fingerprints add']='NAME FILE'
  ['fingerprints list']=''
  ['fingerprints remove']='NAME'
  ['folders']='ACCOUNT'
  ['gal']='status'
  ['gal search']='TEXT...'
  ['gal show']='ENTRY'
  ['groups list']=''
  ['groups show']='GROUP SENDER'
  ['import']='ADDRESS SOURCE'
  ['learning']=''
  ['lists']='ACCOUNT'
  ['lists allow']='ACCOUNT WHOM'
  ['lists block']='ACCOUNT WHOM'
  ['lists remove']='ACCOUNT WHOM'
  ['local add']='ADDRESS'
  ['local list']=''
  ['local passwd']='PERSON'
  ['local remove']='PERSON'
  ['log']=''
  ['moderation approve']='ID'
  ['moderation list']=''
  ['moderation reject']='ID REASON'
  ['moderation show']='ID'
  ['out-of-office clear']='ACCOUNT'
  ['out-of-office set']='ACCOUNT'
  ['out-of-office show']='ACCOUNT'
  ['overview']=''
  ['policy explain']='PERSON'
  ['policy list']=''
  ['policy remove']='WHO NAME'
  ['policy set']='WHO NAME=VALUE...'
  ['quarantine']='list'
  ['quarantine delete']='ID'
  ['quarantine except']='WHOM'
  ['quarantine read']='ID'
  ['quarantine release']='ID'
  ['quarantine show']='ID'
  ['queue']='FILTER'
  ['queue bounce']='ID'
  ['queue clear']='FILTER'
  ['queue delete']='ID notify'
  ['queue pause']='DOMAIN'
  ['queue release']='DOMAIN'
  ['queue resume']='DOMAIN'
  ['queue retry']='ID'
  ['queue show']='ID'
  ['quota set']='ACCOUNT SIZE MESSAGES'
  ['quota show']='ACCOUNT'
  ['recoverable']='ACCOUNT'
  ['restore']='ACCOUNT'
  ['retention']='ACCOUNT'
  ['roles grant']='WHO ROLE'
  ['roles list']=''
  ['roles revoke']='WHO ROLE'
  ['rooms']=''
  ['rules add']='FILE'
  ['rules change']='NAME FILE'
  ['rules disable']='NAME'
  ['rules enable']='NAME'
  ['rules list']=''
  ['rules move']='NAME PLACE'
  ['rules rehearse']='NAME'
  ['rules remove']='NAME'
  ['rules show']='NAME'
  ['rules test']='RULE'
  ['search']='QUERY'
  ['search rebuild']='ACCOUNT'
  ['search status']='ACCOUNT'
  ['services']='list'
  ['services pause']='SERVICE'
  ['services start']='SERVICE'
  ['services stop']='SERVICE'
  ['sessions end']='ACCOUNT'
  ['sessions list']=''
  ['shares add']='MAILBOX WHO RIGHTS'
  ['shares flags']='MAILBOX WHICH'
  ['shares list']='MAILBOX'
  ['shares remove']='MAILBOX WHO'
  ['shares report']='WHO'
  ['shares sent']='MAILBOX WHICH'
  ['sieve activate']='ACCOUNT SCRIPT'
  ['sieve check']='FILE'
  ['sieve list']='ACCOUNT'
  ['sieve put']='ACCOUNT SCRIPT FILE'
  ['sieve rehearse']='ACCOUNT'
  ['sieve remove']='ACCOUNT SCRIPT'
  ['sieve show']='ACCOUNT SCRIPT'
  ['sieve test']='ACCOUNT FILE'
  ['spam-base']=''
  ['spam-base add']='ADDRESS WHY'
  ['spam-base import']='FILE'
  ['spam-base remove']='ADDRESS'
  ['statistics']=''
  ['status']=''
  ['store compact']='ACCOUNT'
  ['store dump']='FOLDER'
  ['store rebuild']='FOLDER'
  ['store repair']='FOLDER'
  ['store verify']='FOLDER'
  ['tlsrpt']='DOMAIN'
  ['tlsrpt received']='DOMAIN'
  ['tlsrpt results']=''
  ['tlsrpt send']=''
  ['trace']=''
  ['trace show']='ID'
  ['trace status']=''
  ['undelete']='ACCOUNT'
  ['upkeep']='ACCOUNT'
)

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
