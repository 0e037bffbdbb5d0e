#!/usr/bin/env bash
# {{ header | line }}
#
# Makes the secrets of an environment that runs on docker compose or on a swarm. `--help` says more.

set -Eeuo pipefail
# First of all, as an older one stops at the next line and does not say why.
if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] < 404)); then
  printf 'error: bash 4.4 or newer is needed, this is %s\n' "${BASH_VERSION}" >&2
  exit 4
fi
shopt -s inherit_errexit
# A trace would show values.
set +x
IFS=$'\n\t'
umask 077

# ---- what there is -------------------------------------------------------------------------------

readonly ENVIRONMENTS={{ names }}

# Every secret of the environment; what others are made from comes first.
#
#   secret NAME RECIPE READERS PLACE HOLDERS DAYS KEEPER ABOUT SWARM [PART...]
#
# READERS  the users that read its file          PLACE   `.env` where compose puts it into a container
# HOLDERS  the containers that have it           DAYS    how often it is to be changed
# KEEPER   the data store that knows it by heart SWARM   its name there, with its version
# PART     text:…, raw:NAME, url:NAME, json:NAME, or line
#
# What stands between single quotes is from the stack, and is no code.
# shellcheck disable=SC2016
secrets() {
  case "${environment}" in
    {% for environment in environments %}
    {{ environment.name }})
      compose_file={{ environment.file }}
      swarm={{ environment.swarm }}
      {% for s in environment.secrets %}
      secret {{ s.name }} {{ s.recipe }} {{ s.readers }} {{ s.place }} {{ s.holders }} {{ s.days }} {{ s.keeper }} \
        {{ s.about }} {{ s.swarm }}{% for part in s.parts %} {{ part }}{% endfor %}

      {% endfor %}
      ;;
    {% endfor %}
    *) die 2 "there is no environment ${environment}; there are: ${ENVIRONMENTS}" ;;
  esac
}

# ---- words ---------------------------------------------------------------------------------------

usage() {
  cat <<'USAGE'
Makes the secrets that docker compose or a swarm needs, once each, and puts together those made from
others.

  scripts/generate-secrets.sh ENVIRONMENT [OPTION...]

  --list           say what there is; change nothing
  --dry-run        say what would be done; change nothing
  --set NAME       take the value of NAME from standard input; at a terminal it is asked for
  --rotate NAME    make a new value of NAME; the old one is kept as NAME.previous
  --swarm          create in the swarm what it lacks, under the names in its stack file; on a manager
  --env-file FILE  what docker compose reads its variables from; by default .env
  --help           this text

A secret is a file in ./secrets/ENVIRONMENT, and what is there stays as it is. What a container wants
in its environment is copied from there into the env file. A variable that is no secret stands in the
env file alone; for a swarm, which reads none, a copy lies beside the secrets. Values are never
printed and never stand on a command line.

Nobody else enters the folder (0700). Run by root, each file belongs to the user who reads it (0400;
two share it with 0440, more with 0444). Otherwise all files stay yours, with 0444, so that the
containers that mount one can read it.

exit  0  everything is there
      1  a fault
      2  wrong use
      3  somebody must provide a value; the names are listed
      4  a command is missing, or too old
      5  another run has not ended yet
USAGE
}

log() {
  printf '%(%H:%M:%S)T %s\n' -1 "${1}" >&2
}

die() { # STATUS MESSAGE
  log "error: ${2}"
  exit "${1}"
}

# ---- values --------------------------------------------------------------------------------------
# A function that gives a value leaves it in REPLY: a subshell would end nothing, and trim lines.

# The bytes of a file, trailing line breaks included.
content() { # FILE
  if [[ ! -r "${1}" ]]; then
    die 1 "${1} cannot be read: run this as the user who made it"
  fi
  if IFS= read -r -d '' REPLY <"${1}"; then
    die 1 "${1} holds a zero byte"
  fi
}

base64url() {
  openssl base64 -A | tr -d '=' | tr '+/' '-_'
}

make() { # RECIPE
  local -r size=${1#*:}
  case "${1}" in
    hex:*) REPLY=$(openssl rand -hex "${size}") ;;
    base64:*) REPLY=$(openssl rand -base64 "${size}" | tr -d '\n') ;;
    # Letters and digits only, so that it needs no quotes anywhere; a few bytes more than it takes.
    password:*) REPLY=$(openssl rand -base64 "$((size * 2 + 64))" | tr -dc 'A-Za-z0-9' | cut -b "1-${size}") ;;
    ed25519) REPLY=$(openssl genpkey -algorithm ED25519)$'\n' ;;
    # The key itself, without the seven bytes before it and the point behind it.
    vapid) REPLY=$(openssl ecparam -genkey -noout -name prime256v1 -outform DER | tail -c +8 | head -c 32 | base64url) ;;
    *) die 1 "no recipe ${1}" ;;
  esac
  if [[ ${#REPLY} -lt 16 ]]; then
    die 1 "openssl gave too little"
  fi
}

# The public half of a key, always made from the private one.
public_half() { # RECIPE FILE
  case "${1}" in
    ed25519) REPLY=$(openssl pkey -in "${2}" -pubout -outform DER | openssl base64 -A) ;;
    vapid)
      REPLY=$({
        printf '\x30\x31\x02\x01\x01\x04\x20'
        { tr -- '-_' '+/' <"${2}" && printf '='; } | openssl base64 -d -A
        printf '\xa0\x0a\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07'
      } | openssl ec -inform DER -pubout -outform DER 2>/dev/null | tail -c 65 | base64url)
      ;;
    *) die 1 "no public half of ${1}" ;;
  esac
}

# As it may stand in any part of a URL, byte by byte.
percent() { # VALUE
  local LC_ALL=C sign code at
  REPLY=''
  for ((at = 0; at < ${#1}; at++)); do
    sign=${1:at:1}
    case "${sign}" in
      [A-Za-z0-9._~-]) REPLY+=${sign} ;;
      *)
        printf -v code '%d' "'${sign}"
        printf -v code '%%%02X' "$((code & 255))"
        REPLY+=${code}
        ;;
    esac
  done
}

# As it may stand in a string of JSON.
json() { # VALUE OF FROM
  REPLY=${1//\\/\\\\}
  REPLY=${REPLY//\"/\\\"}
  REPLY=${REPLY//$'\n'/\\n}
  REPLY=${REPLY//$'\r'/\\r}
  REPLY=${REPLY//$'\t'/\\t}
  if [[ "${REPLY}" == *[[:cntrl:]]* ]]; then
    die 1 "${2} is JSON, and ${3} holds a control character: give it another value"
  fi
}

# What somebody gives. One line loses its line break; several keep theirs.
given() { # NAME
  if [[ -t 0 ]]; then
    IFS= read -r -s -p "value of ${1}: " REPLY
    printf '\n' >&2
  else
    if IFS= read -r -d '' REPLY; then
      die 2 "the value of ${1} holds a zero byte"
    fi
    if [[ "${REPLY%$'\n'}" != *$'\n'* ]]; then
      REPLY=${REPLY%$'\n'}
      REPLY=${REPLY%$'\r'}
    fi
  fi
  if [[ -z "${REPLY}" ]]; then
    die 2 "no value of ${1} was given"
  fi
}

# ---- files ---------------------------------------------------------------------------------------

temporary=''

cleanup() {
  if [[ -n "${temporary}" ]]; then
    rm -f -- "${temporary}"
  fi
}

# Gives a file to those who read it.
hand_over() { # FILE READERS
  local -a users
  IFS=' ' read -r -a users <<<"${2}"
  local mode=0444
  case "${#users[@]}" in
    0 | 1) mode=0400 ;;
    2) mode=0440 ;;
    *) ;;
  esac
  if [[ ${EUID} -eq 0 ]]; then
    chown -- "${users[0]:-0}:${users[1]:-${users[0]:-0}}" "${1}"
  elif [[ ${#users[@]} -gt 0 ]]; then
    mode=0444
  fi
  chmod -- "${mode}" "${1}"
}

# Writes a secret in one step: whoever looks sees the old file or the new one, each of them whole.
save() { # NAME READERS VALUE WHAT
  local -r path=${folder}/${1}
  if [[ -f "${path}" ]]; then
    content "${path}"
    if [[ "${REPLY}" == "${3}" ]]; then
      return 0
    fi
    if [[ "${1}" == "${subject}" ]]; then
      replaced=yes
    fi
  fi
  if [[ "${task}" == dry-run ]]; then
    log "would be ${4}: ${1}"
    return 0
  fi
  temporary=$(mktemp -- "${folder}/.new.XXXXXX")
  printf '%s' "${3}" >"${temporary}"
  hand_over "${temporary}" "${2}"
  mv -f -- "${temporary}" "${path}"
  temporary=''
  log "${4}: ${1}"
}

# ---- the env file --------------------------------------------------------------------------------

# One env file serves one environment, and says which in a comment.
env_lines() { # reads it into LINES_READ
  LINES_READ=()
  if [[ -f "${env_file}" ]]; then
    mapfile -t LINES_READ <"${env_file}"
  fi
  local line
  for line in ${LINES_READ[@]+"${LINES_READ[@]}"}; do
    if [[ "${line}" == '# environment: '* && "${line}" != "# environment: ${environment}" ]]; then
      die 1 "${env_file} is of another environment (${line}): name one with --env-file"
    fi
  done
}

# What stands between double quotes, up to the second.
unescaped() { # TEXT NAME
  local text=${1}
  REPLY=''
  while [[ -n "${text}" && "${text}" != '"'* ]]; do
    case "${text}" in
      '\n'*) REPLY+=$'\n' text=${text:2} ;;
      '\r'*) REPLY+=$'\r' text=${text:2} ;;
      \\?*) REPLY+=${text:1:1} text=${text:2} ;;
      '$'*) die 1 "${env_file}: put the value of ${2} into single quotes" ;;
      *) REPLY+=${text:0:1} text=${text:1} ;;
    esac
  done
}

# The value of a variable, in the spelling that docker compose knows; the last line wins.
env_value() { # NAME
  local line raw=''
  env_lines
  for line in ${LINES_READ[@]+"${LINES_READ[@]}"}; do
    if [[ "${line}" =~ ^(export[[:space:]]+)?"${1}"[[:space:]]*=(.*)$ ]]; then
      raw=${BASH_REMATCH[2]%$'\r'}
    fi
  done
  raw=${raw#"${raw%%[![:space:]]*}"}
  case "${raw}" in
    "'"*)
      REPLY=${raw#"'"}
      REPLY=${REPLY%%"'"*}
      ;;
    '"'*) unescaped "${raw:1}" "${1}" ;;
    *[\\\$]*) die 1 "${env_file}: put the value of ${1} into single quotes" ;;
    *)
      REPLY=${raw%%[[:space:]]#*}
      REPLY=${REPLY%"${REPLY##*[![:space:]]}"}
      ;;
  esac
}

# Within single quotes nothing has a meaning to docker compose; a value that has one itself, or
# several lines, gets double quotes and a backslash before what has.
env_quoted() { # VALUE
  if [[ "${1}" != *[\'$'\n\r']* ]]; then
    REPLY="'${1}'"
    return 0
  fi
  REPLY=${1//\\/\\\\}
  REPLY=${REPLY//\"/\\\"}
  REPLY=${REPLY//\$/\\\$}
  REPLY=${REPLY//$'\n'/\\n}
  REPLY=${REPLY//$'\r'/\\r}
  REPLY="\"${REPLY}\""
}

# Sets a variable in the env file and leaves every other line as it is.
env_put() { # NAME VALUE
  local line old='' text='' found='' marked=''
  env_lines
  env_quoted "${2}"
  local -r entry=${1}=${REPLY}
  for line in ${LINES_READ[@]+"${LINES_READ[@]}"}; do
    old+=${line}$'\n'
    if [[ "${line}" =~ ^(export[[:space:]]+)?"${1}"[[:space:]]*= ]]; then
      if [[ -z "${found}" ]]; then
        text+=${entry}$'\n'
      fi
      found=yes
    else
      text+=${line}$'\n'
    fi
    if [[ "${line}" == '# environment: '* ]]; then
      marked=yes
    fi
  done
  if [[ -z "${marked}" ]]; then
    text="# environment: ${environment}"$'\n'${text}
  fi
  if [[ -z "${found}" ]]; then
    text+=${entry}$'\n'
  fi
  if [[ "${text}" == "${old}" ]]; then
    return 0
  fi
  if [[ "${task}" == dry-run ]]; then
    log "would be put into ${env_file}: ${1}"
    return 0
  fi
  temporary=$(mktemp -- "${env_file}.new.XXXXXX")
  # Owner and mode stay. A new one belongs to whoever calls docker compose.
  if [[ -f "${env_file}" ]]; then
    cp -p -- "${env_file}" "${temporary}"
  elif [[ ${EUID} -eq 0 ]]; then
    chown -- "${SUDO_UID:-0}:${SUDO_GID:-0}" "${temporary}"
  fi
  printf '%s' "${text}" >"${temporary}"
  mv -f -- "${temporary}" "${env_file}"
  temporary=''
  log "put into ${env_file}: ${1}"
}

# Puts down a value that is no secret. Nobody reads the env file for a swarm, so it gets a file.
variable() { # NAME VALUE
  env_put "${1}" "${2}"
  if [[ -n "${swarm}" ]]; then
    save "${1}" '' "${2}" copied
  fi
}

# ---- what is done with each ----------------------------------------------------------------------

missing=()
stale=()
declare -A in_swarm=()

secret() {
  case "${task}" in
    list) list_one "${@}" ;;
    look) look_at "${@}" ;;
    publish) publish_one "${@}" ;;
    *) make_one "${@}" ;;
  esac
}

make_one() { # the columns of a secret
  local -r name=${1} recipe=${2%%,*} readers=${3} place=${4} path=${folder}/${1}
  if [[ ! -s "${path}" && "${recipe}" != derived && -n "${in_swarm[${9}]-}" ]]; then
    die 1 "the swarm has ${9}, and ${path} is gone: bring it back, or give it the next version in the stack"
  fi
  if [[ -L "${path}" ]]; then
    die 1 "${path} is a symbolic link: put a file in its place"
  fi
  if [[ -d "${path}" ]]; then
    die 1 "${path} is a folder, as docker makes one for a file that is missing: remove it"
  fi
  case "${recipe}" in
    variable)
      env_value "${name}"
      if [[ -z "${REPLY}" ]]; then
        missing+=("${name}: ${8}")
      else
        variable "${name}" "${REPLY}"
      fi
      return 0
      ;;
    derived) derive "${@}" ;;
    given) ;;
    *)
      if [[ ! -s "${path}" || "${name}" == "${rotated}" ]]; then
        make "${recipe}"
        save "${name}" "${readers}" "${REPLY}" made
      fi
      ;;
  esac
  if [[ ! -s "${path}" ]]; then
    if [[ "${recipe}" == given ]]; then
      missing+=("${name}: ${8}")
    fi
    return 0
  fi
  if [[ "${task}" != dry-run ]]; then
    hand_over "${path}" "${readers}"
  fi
  if [[ "${place}" == .env ]]; then
    content "${path}"
    env_put "${name}" "${REPLY}"
  fi
  if [[ "${2}" == *,* ]]; then
    public_half "${recipe}" "${path}"
    variable "${2#*,}" "${REPLY}"
  fi
  if [[ "${6}" != - ]]; then
    local old
    old=$(find "${path}" -prune -mtime "+$((${6} - 1))")
    if [[ -n "${old}" ]]; then
      log "due for a change: ${name} (every ${6} days)"
    fi
  fi
}

# Puts a secret together, where all of its parts are known.
derive() { # the columns of a secret
  local part base value='' bare
  for part in "${@:10}"; do
    base=${part#*:}
    case "${part}" in
      line) value+=$'\n' ;;
      text:*) value+=${base} ;;
      *)
        if [[ -s "${folder}/${base}" ]]; then
          content "${folder}/${base}"
        elif [[ " ${variables} " == *" ${base} "* ]]; then
          env_value "${base}"
        else
          REPLY=''
        fi
        bare=${REPLY}
        if [[ -z "${bare}" ]]; then
          return 0
        fi
        if [[ "${part}" == url:* ]]; then
          percent "${bare}"
        elif [[ "${part}" == json:* ]]; then
          json "${bare}" "${1}" "${base}"
        elif [[ "${bare}" == *[[:space:][:cntrl:]]* ]]; then
          die 1 "${1} takes ${base} as it is, which holds a blank or a line break: give it another value"
        fi
        value+=${REPLY}
        ;;
    esac
  done
  save "${1}" "${3}" "${value}" 'put together'
}

look_at() { # the columns of a secret
  case "${2}" in
    variable) variables+=" ${1}" ;;
    *,*) variables+=" ${2#*,}" ;;
    *) ;;
  esac
  if [[ "${1}" == "${subject}" ]]; then
    subject_recipe=${2} subject_readers=${3} subject_holders=${5} subject_keeper=${7} subject_swarm=${9}
  fi
}

list_one() { # the columns of a secret
  local state=missing
  if [[ "${2}" == variable ]]; then
    env_value "${1}"
    if [[ -n "${REPLY}" ]]; then
      state="in ${env_file}"
    fi
  elif [[ -s "${folder}/${1}" ]]; then
    state=present
  fi
  printf '%-32s %-12s %-12s %s\n' "${1}" "${2%%,*}" "${state}" "${8}"
}

# ---- the swarm -----------------------------------------------------------------------------------
# A swarm never changes a secret and never shows one. So NAME.vN stays beside NAME: the value that the
# newest version was made with.

join_swarm() {
  if [[ -z "${swarm}" ]]; then
    die 2 "${environment} runs on no swarm"
  fi
  local names name
  # In two words, as the braces of docker are those of a template, too.
  if ! names=$(docker secret ls --format '{'"{.Name}}"); then
    die 1 "docker cannot list the secrets of the swarm: run this on a manager"
  fi
  while read -r name; do
    if [[ -n "${name}" ]]; then
      in_swarm[${name}]=yes
    fi
  done <<<"${names}"
  if [[ -n "${subject}" && -n "${in_swarm[${subject_swarm}]-}" ]]; then
    die 1 "the swarm has ${subject_swarm} already: give ${subject} the next version in the stack first"
  fi
}

publish_one() { # the columns of a secret
  local -r name=${9} path=${folder}/${1}
  local -r made_with=${path}.${name##*_}
  local older
  if [[ "${name}" == - || ! -s "${path}" ]]; then
    return 0
  fi
  if [[ -n "${in_swarm[${name}]-}" ]]; then
    if [[ -f "${made_with}" ]] && ! cmp -s -- "${path}" "${made_with}"; then
      stale+=("${name} has an older value than ${path}: give ${1} the next version in the stack")
      return 0
    fi
  else
    for older in "${path}".v*; do
      if [[ -f "${older}" && "${older}" != "${made_with}" ]] && cmp -s -- "${path}" "${older}"; then
        stale+=("${name} would get the value of ${older##*.}: make a new one with --rotate ${1} or --set ${1}")
        return 0
      fi
    done
    if [[ "${asked}" == dry-run ]]; then
      log "would be created in the swarm: ${name}"
      return 0
    fi
    docker secret create "${name}" "${path}" >/dev/null
    log "created in the swarm: ${name}"
  fi
  if [[ "${asked}" != dry-run && ! -f "${made_with}" ]]; then
    rm -f -- "${path}".v*
    ln -- "${path}" "${made_with}"
  fi
}

# ---- the other tasks -----------------------------------------------------------------------------

set_one() {
  case "${subject_recipe}" in
    derived) die 2 "${subject} is put together from others: set those" ;;
    variable)
      given "${subject}"
      env_put "${subject}" "${REPLY}"
      ;;
    *)
      given "${subject}"
      save "${subject}" "${subject_readers}" "${REPLY}" set
      ;;
  esac
}

# Keeps the old value, and lets the new one be made in its place.
rotate_one() {
  case "${subject_recipe}" in
    derived) die 2 "${subject} is put together from others: rotate those" ;;
    given | variable) die 2 "${subject} comes from somebody else: get a new one there, then --set ${subject}" ;;
    *) ;;
  esac
  rotated=${subject}
  if [[ "${task}" != dry-run && -s "${folder}/${subject}" ]]; then
    content "${folder}/${subject}"
    save "${subject}.previous" '' "${REPLY}" kept
  fi
}

# What is to be done by hand when a value has changed.
next_steps() {
  local again="docker compose --file ${compose_file} up --detach --force-recreate"
  local inside="docker compose --file ${compose_file} exec -T"
  local -a keeper
  IFS=' ' read -r -a keeper <<<"${subject_keeper}"
  if [[ -n "${with_swarm}" || -z "${compose_file}" ]]; then
    again='' inside="docker exec --interactive \$(docker ps --quiet --filter label=com.docker.swarm.service.name=${swarm}_${keeper[1]-})"
  fi
  {
    printf '\n%s has a new value. Containers have the old one until they are made again:\n\n' "${subject}"
    if [[ -z "${again}" ]]; then
      printf '  # Give it the next version under targets.swarm.versions, create it with --swarm, and deploy.\n'
    fi
    case "${keeper[0]-}" in
      postgres)
        tell_postgres
        ;;
      server)
        printf '  # %s keeps its password with its data: change it there first.\n' "${keeper[1]}"
        ;;
      *) ;;
    esac
    if [[ -n "${again}" && "${subject_holders}" == *[a-z]* ]]; then
      printf '  %s %s\n' "${again}" "${subject_holders% }"
    fi
  } >&2
}

# PostgreSQL starts with the new password beside it, and learns it from there.
tell_postgres() {
  if [[ -n "${again}" ]]; then
    subject_holders=" ${subject_holders} "
    subject_holders=${subject_holders/" ${keeper[1]} "/ }
    subject_holders=${subject_holders# }
    printf '  %s --wait %s\n' "${again}" "${keeper[1]}"
    inside+=" ${keeper[1]}"
  fi
  printf "  %s psql --username %s --dbname %s <<'SQL'\n" "${inside}" "${keeper[2]}" "${keeper[3]}"
  # shellcheck disable=SC2016
  printf '  \\set password `cat /run/secrets/%s`\n' "${subject}"
  printf "  ALTER ROLE \"%s\" PASSWORD :'password';\nSQL\n" "${keeper[4]}"
}

# ---- the run -------------------------------------------------------------------------------------

requirements() {
  local needed
  for needed in openssl mktemp find tr cut head tail ${with_swarm:+docker} ${with_swarm:+cmp}; do
    if ! command -v "${needed}" >/dev/null; then
      die 4 "${needed} is not installed"
    fi
  done
}

lock() {
  # Root would give away, or close, what somebody made it lead to.
  if [[ -L secrets || -L "${folder}" ]]; then
    die 1 "${folder} is reached by a symbolic link: put a folder in its place"
  fi
  mkdir -p -- "${folder}"
  chmod -- 0700 secrets "${folder}"
  if ! command -v flock >/dev/null; then
    log "flock is not installed: nothing keeps two runs apart"
    return 0
  fi
  exec {lock_file}>>secrets/.lock
  # What a run that was killed had started may hold the lock a moment longer.
  if ! flock --timeout 3 "${lock_file}"; then
    die 5 "another run has not ended yet"
  fi
  # What a run that was killed has left.
  rm -f -- "${folder}"/.new.* "${env_file}".new.??????
}

arguments() {
  while [[ ${#} -gt 0 ]]; do
    case "${1}" in
      --help)
        usage
        exit 0
        ;;
      --list | --dry-run) task=${1#--} ;;
      --swarm) with_swarm=yes ;;
      --set | --rotate | --env-file)
        if [[ ${#} -lt 2 || -z "${2}" ]]; then
          die 2 "${1} wants a value behind it"
        fi
        case "${1}" in
          --env-file) env_file=${2} ;;
          *)
            if [[ -n "${action}" ]]; then
              die 2 "one secret at a time"
            fi
            action=${1#--} subject=${2}
            ;;
        esac
        shift
        ;;
      -*) die 2 "there is no option ${1}; --help says which there are" ;;
      *)
        if [[ -n "${environment}" ]]; then
          die 2 "one environment at a time"
        fi
        environment=${1}
        ;;
    esac
    shift
  done
  if [[ -z "${environment}" ]]; then
    die 2 "name an environment: ${ENVIRONMENTS}"
  fi
}

environment='' task=make action='' subject='' rotated='' replaced='' env_file=.env
folder='' compose_file='' variables='' asked='' swarm='' with_swarm=''
subject_recipe='' subject_readers='' subject_holders='' subject_keeper='' subject_swarm=''

# What is left to somebody.
report() {
  local line
  for line in ${stale[@]+"${stale[@]}"}; do
    log "error: ${line}"
  done
  if [[ ${#missing[@]} -gt 0 ]]; then
    for line in "${missing[@]}"; do
      log "missing: ${line}"
    done
    log "give each with: scripts/generate-secrets.sh ${environment} --set NAME"
  fi
  if [[ ${#stale[@]} -gt 0 ]]; then
    exit 1
  fi
  if [[ ${#missing[@]} -gt 0 && -z "${action}" ]]; then
    exit 3
  fi
}

main() {
  trap 'log "error: stopped at line ${LINENO}"' ERR
  trap cleanup EXIT
  arguments "${@}"
  requirements
  cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
  folder=secrets/${environment}
  asked=${task}
  task=look
  secrets
  task=${asked}
  if [[ -n "${subject}" && -z "${subject_recipe}" ]]; then
    die 2 "${environment} has no secret ${subject}; --list says which there are"
  fi
  if [[ "${task}" == list ]]; then
    secrets
    return 0
  fi
  if [[ -n "${with_swarm}" ]]; then
    join_swarm
  fi
  if [[ "${task}" == make ]]; then
    lock
  fi
  case "${action}" in
    set) set_one ;;
    rotate) rotate_one ;;
    *) ;;
  esac
  secrets
  if [[ -n "${with_swarm}" ]]; then
    task=publish
    secrets
    task=${asked}
  fi
  if [[ -n "${replaced}" && "${task}" == make ]]; then
    next_steps
  fi
  report
}

main "${@}"
