# shellcheck shell=bash
# Packages of the system. Sourced, after steps.sh.
#
# What is needed stands in files of lines `KIND:NAME PACKAGE`, where PACKAGE is the Debian package that
# has it, and KIND:NAME is what is looked for: a command, a pkg-config library, or a font for a language.

# Files of what can be done without. Who has to install packages by hand is told of these at the same time.
wishes=()

# need TITLE USUALLY FILE…: installs what is missing, or says what to install and ends.
need() {
  local missing way
  mapfile -t missing < <(missing_packages "${@:3}")
  ((${#missing[@]})) || return 0
  if ! way=$(way_to_install); then
    mapfile -t missing < <(missing_packages "${@:3}" "${wishes[@]}")
    explain_missing "${missing[@]}"
    exit 1
  fi
  install_packages step "$1" "$2" "$way" "${missing[@]}"
}

# want TITLE USUALLY FILE…: installs what is missing. Answers 1 if there is no way to, 2 if it was tried in vain.
want() {
  local missing way status=0
  mapfile -t missing < <(missing_packages "${@:3}")
  ((${#missing[@]})) || return 0
  way=$(way_to_install) || status=$?
  ((status == 0)) || return "$status"
  install_packages attempt "$1" "$2" "$way" "${missing[@]}" || return 2
}

# missing_packages FILE…: prints the Debian packages that have what is not there, each once.
missing_packages() {
  local what package
  cat -- "$@" | while read -r what package; do
    [[ -z $what || $what == '#'* ]] || is_there "$what" || echo "$package"
  done | sort -u
}

is_there() {
  case $1 in
    # An ordinary user's PATH leaves out the folders of the administrator's commands.
    command:*) PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin command -v "${1#*:}" >/dev/null ;;
    library:*) pkg-config --exists "${1#*:}" 2>/dev/null ;;
    font:*) [[ -n $(fc-list ":lang=${1#*:}" 2>/dev/null) ]] ;;
    *) fail "'$1' is no kind of need" ;;
  esac
}

# way_to_install: prints 'root' or 'sudo', or answers 1 if there is no way, 2 if sudo refuses.
way_to_install() {
  command -v apt-get >/dev/null || return 1
  if ((EUID == 0)); then
    echo root
    return
  fi
  command -v sudo >/dev/null || return 1
  if sudo -n true 2>/dev/null; then
    echo sudo
  elif [[ -t 0 ]]; then
    sudo -v || return 2
    echo sudo
  else
    return 1
  fi
}

apt_line() { echo "apt-get install --no-install-recommends $*"; }

explain_missing() {
  if command -v apt-get >/dev/null; then
    say 'Failed: packages of the system are missing, and only root or sudo can install them. As root, run'
    say
    say "    $(apt_line "$@")"
    say
    say 'and then start this command again.'
  else
    say 'Failed: programs or libraries are missing, and this system has no apt-get. Install what is in'
    say "these Debian packages with this system's own means, then start this command again:"
    say
    say "    $*"
  fi
}

# install_packages RUNNER TITLE USUALLY WAY PACKAGE…: RUNNER is step or attempt.
install_packages() {
  local packages=("${@:5}")
  "$1" -u -p last_line -a "If this does not tell the cause, run as root: $(apt_line "${packages[@]}")" \
    "$2: ${packages[*]}" "$3" apt_install "$4" "${packages[@]}" || return
  # Debian's coturn comes with a service of its own, which would take the ports of ours.
  if [[ " ${packages[*]} " == *' coturn '* && -d /run/systemd/system ]]; then
    as "$4" systemctl disable --now coturn.service >/dev/null 2>&1 || true
  fi
}

apt_install() {
  local way=$1 packages=("${@:2}") is_updated=''
  local update=(apt-get update -q -o DPkg::Lock::Timeout=300)
  local install=(apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=300 "${packages[@]}")
  export DEBIAN_FRONTEND=noninteractive
  # Without lists apt knows no packages; with old ones it asks for files that are gone.
  if ! apt-get install -s -q --no-install-recommends "${packages[@]}" >/dev/null 2>&1; then
    as "$way" "${update[@]}" || return
    is_updated=yes
  fi
  as "$way" "${install[@]}" && return
  [[ -z $is_updated ]] && as "$way" "${update[@]}" && as "$way" "${install[@]}"
}

# as WAY COMMAND…
as() {
  if [[ $1 == sudo ]]; then
    sudo -n "${@:2}"
  else
    "${@:2}"
  fi
}
