# shellcheck shell=bash
# What the commands share. Sourced from the project's folder, with `called_from` set to the one before, and
# `command_file` to the file of the command.
# shellcheck disable=SC2154

# Runs a command where the person stands who called us: relative paths are meant from there.
from_caller() (
  cd -- "$called_from" && "$@"
)

# The folder for what is downloaded or built once, outside the project; absolute.
cache_folder() {
  local home=~
  from_caller realpath -ms -- "${LINKELLO_CACHE:-${XDG_CACHE_HOME:-$home/.cache}/linkello}"
}

# For commands without arguments: explains the command, from the comment at its top, if there are any.
no_arguments() {
  (($#)) || return 0
  sed -n '2,/^set/s/^# \{0,1\}//p' "$command_file" >&2
  [[ $1 == -h || $1 == --help ]] || exit 2
  exit 0
}

# shellcheck source=scripts/install/steps.sh
source scripts/install/steps.sh
# shellcheck source=scripts/install/system.sh
source scripts/install/system.sh
# shellcheck source=scripts/install/npm.sh
source scripts/install/npm.sh
# shellcheck source=scripts/install/worker.sh
source scripts/install/worker.sh
# shellcheck source=scripts/install/sqlite.sh
source scripts/install/sqlite.sh
