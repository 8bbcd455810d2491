# shellcheck shell=bash
# How the commands tell what they are doing. Sourced. Everything goes to standard error: standard
# output belongs to results (a path, a link, a count).
#
#   say TEXT                             a line
#   fail TEXT [WHAT-TO-DO…]              a line "Failed: …", what to do, and exit 1
#   step [OPTION…] TITLE USUALLY COMMAND…
#                                        runs COMMAND with its output in a log; fails as above
#   attempt …                            the same, but a failure only answers 1 and leaves "$step_log"
#     -a ADVICE    what to do if it fails
#     -p FUNCTION  is given the log and prints in a few words how far the command is
#     -u           unbroken: Ctrl-C waits for the command instead of stopping it

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "Failed: $1"
  shift
  local line
  for line in "$@"; do say "  $line"; done
  exit 1
}

step() {
  attempt "$@" && return
  say
  say "Failed: ${step_title,}. The last lines it wrote:"
  tail -n 15 -- "$step_log" | sed 's/^/  | /' >&2
  say "  All of them: $step_log"
  [[ -z $step_advice ]] || say "  $step_advice"
  exit 1
}

attempt() {
  local OPTIND=1 option started=$SECONDS status=0
  step_advice='' step_progress='' step_unbroken=''
  while getopts a:p:u option; do
    case $option in
      a) step_advice=$OPTARG ;;
      p) step_progress=$OPTARG ;;
      u) step_unbroken=yes ;;
      *) return 2 ;;
    esac
  done
  shift $((OPTIND - 1))
  step_title=$1
  say "$step_title ($2)"
  shift 2
  step_log=$(mktemp "${TMPDIR:-/tmp}/linkello-XXXXXXXX.log")

  start_group "$@" >"$step_log" 2>&1
  follow "$step_group"
  end_group || status=$?

  if ((status == 0)); then
    rm -f -- "$step_log"
    step_log=''
    say "  done in $((SECONDS - started)) s"
  else
    say "  not done, after $((SECONDS - started)) s"
  fi
  return "$((status != 0))"
}

# start_group COMMAND…: runs it in the background, as `step_group`. With job control it leads a process group
# of its own, so that Ctrl-C comes to us alone and we can stop the command with everything it started.
start_group() {
  set -m
  "$@" </dev/null &
  step_group=$!
  set +m
}

# end_group: waits for it and answers what it answered.
end_group() {
  local status=0
  wait "$step_group" || status=$?
  step_group=''
  return "$status"
}

# Shows how far a process is until it ends: on a terminal in one line that changes, else twice a minute.
follow() {
  local started=$SECONDS told=$SECONDS
  while kill -0 "$1" 2>/dev/null; do
    sleep 0.2
    if [[ -t 2 ]]; then
      ((SECONDS > told)) || continue
      printf '\r\033[K  %s' "$(how_far "$started")" >&2
    else
      ((SECONDS >= told + 30)) || continue
      say "  $(how_far "$started")"
    fi
    told=$SECONDS
  done
  [[ ! -t 2 ]] || printf '\r\033[K' >&2
}

how_far() {
  local far=''
  [[ -z $step_progress ]] || far=$("$step_progress" "$step_log")
  echo "$((SECONDS - $1)) s${far:+, $far}"
}

# Progress of programs that write what they are doing: their last line.
last_line() { tail -n 1 -- "$1" | tr -cd '[:print:]' | cut -c 1-70; }

# Ends all that the command started, by force if ten seconds are not enough.
stop_group() {
  local deadline=$((SECONDS + 10))
  kill -TERM -- "-$step_group" 2>/dev/null || true
  while kill -0 -- "-$step_group" 2>/dev/null; do
    if ((SECONDS > deadline)); then
      kill -KILL -- "-$step_group" 2>/dev/null || true
      return
    fi
    sleep 0.1
  done
}

step_group='' step_log='' step_unbroken=''
interrupted() {
  trap '' INT TERM HUP
  if [[ -n $step_group && $step_unbroken == yes ]]; then
    say
    say 'Stopping as soon as this step is done; breaking it off would leave a half-installed package.'
    wait "$step_group" || true
  elif [[ -n $step_group ]]; then
    stop_group
    [[ -z $step_log ]] || rm -f -- "$step_log"
  fi
  exit "$1"
}
trap 'interrupted 129' HUP
trap 'interrupted 130' INT
trap 'interrupted 143' TERM
