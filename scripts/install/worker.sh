# shellcheck shell=bash
# mediasoup's worker, outside node_modules, so that it outlives every `npm ci`. Sourced, after steps.sh,
# system.sh and npm.sh; works in the project's folder.

# Raise it when a change in media/worker/ makes a different program: then everybody gets that one.
readonly worker_recipe=1

# get_worker: sets `worker` to the absolute path of a worker that runs here.
get_worker() {
  if [[ -n ${MEDIASOUP_WORKER_BIN-} ]]; then
    worker=$(from_caller realpath -ms -- "$MEDIASOUP_WORKER_BIN")
    worker_runs "$worker" || fail "MEDIASOUP_WORKER_BIN names '$worker', which is no mediasoup worker that runs here" \
      'Unset MEDIASOUP_WORKER_BIN to have one downloaded or built.'
    return
  fi
  worker=$(cached_worker)
  worker_runs "$worker" || get_worker_once
}

worker_is_there() { [[ -n ${MEDIASOUP_WORKER_BIN-} ]] || worker_runs "$(cached_worker)"; }

# Two starts at the same time: the second waits, and finds the worker there.
get_worker_once() {
  local cache lock
  cache=$(cache_folder)
  mkdir -p -- "$cache" 2>/dev/null || true
  [[ -d $cache && -w $cache ]] || fail "the folder $cache cannot be written" 'Set LINKELLO_CACHE to one that can, and start again.'
  exec {lock}>"$cache/worker.lock"
  if ! flock --nonblock "$lock"; then
    say 'Another start is getting the mediasoup worker; waiting for it'
    flock "$lock"
  fi
  worker_runs "$worker" || make_worker "$cache"
  exec {lock}>&-
}

# Where the worker is or will be: by its version, the kind of machine, and the distribution whose libraries it uses.
cached_worker() {
  local version system=unknown
  version=$(sed -n 's/^[[:space:]]*"version": *"\([^"]*\)".*/\1/p' node_modules/mediasoup/package.json)
  # shellcheck source=/dev/null
  [[ ! -r /etc/os-release ]] || system=$(source /etc/os-release && echo "${ID-unknown}${VERSION_ID-}")
  echo "$(cache_folder)/mediasoup-worker/$version-linux-$(uname -m)-$system-recipe$worker_recipe/mediasoup-worker"
}

# worker_runs FILE: a worker that is started without knowing its version ends with 41 (worker/src/main.cpp).
# One whose libraries are gone, or that is made for another machine, ends otherwise.
worker_runs() {
  local status=0
  [[ -f $1 && -x $1 ]] || return 1
  env -i "$1" </dev/null >/dev/null 2>&1 || status=$?
  ((status == 41))
}

# make_worker CACHE: puts a worker to "$worker", whole or not at all. Holds the lock.
make_worker() {
  local cache=$1 work
  # What starts that were killed have left.
  rm -rf -- "$cache"/making.*
  work=$(mktemp -d "$cache/making.XXXXXXXX")
  [[ -n ${MEDIASOUP_SKIP_WORKER_PREBUILT_DOWNLOAD-} ]] || download_worker "$work" || true
  [[ -f $work/mediasoup-worker ]] || build_worker "$work"
  mkdir -p -- "${worker%/*}"
  mv -f -- "$work/mediasoup-worker" "$worker"
  rm -rf -- "$work"
}

# download_worker FOLDER: puts the prebuilt worker into FOLDER, if it can be had and works here.
download_worker() {
  if ! attempt "Looking for mediasoup's prebuilt worker" 'at most 1 minute' fetch_prebuilt "$1/prebuilt"; then
    say "  $(why_no_prebuilt "$step_log")"
    rm -f -- "$step_log"
    return 1
  fi
  prove_worker "$1/prebuilt/worker/out/Release/mediasoup-worker" &&
    mv -- "$1/prebuilt/worker/out/Release/mediasoup-worker" "$1/mediasoup-worker"
}

# Lets mediasoup's own install script do it. Where it cannot get one it would build one, with tools that it
# downloads; without a Python it fails instead. It writes below the folder it is run in.
fetch_prebuilt() {
  local package=$PWD/node_modules/mediasoup
  mkdir -p -- "$1"
  cd -- "$1" || return
  env -u MEDIASOUP_WORKER_BIN -u MEDIASOUP_LOCAL_DEV -u npm_package_resolved PYTHON=false NODE_USE_ENV_PROXY=1 \
    timeout --foreground --kill-after=5 60 node "$package/npm-scripts.mjs" postinstall
}

why_no_prebuilt() {
  local why
  why=$(sed -n 's/.*downloadPrebuiltWorker() | //p' "$1" | grep -v -e '^got ' -e '^checking ' | tail -n 1 |
    sed 's/.*reason: //' | cut -c 1-200)
  echo "${why:-no answer within a minute}"
}

# prove_worker FILE: whether it really works, which starting it does not tell. For a new one only.
prove_worker() {
  attempt 'Trying the worker' 'about 1 second' node media/worker/prove.ts "$1" && return
  tail -n 3 -- "$step_log" | sed 's/^/  | /' >&2
  rm -f -- "$step_log"
  return 1
}

# build_worker FOLDER: builds the worker into FOLDER, or fails.
build_worker() {
  say 'So the worker is built from the sources in its npm package, with the libraries of this system. That happens'
  say "once; it is kept in ${worker%/*}"
  need 'Installing what the build needs' 'about 1 minute' media/worker/needs
  step -p compiled \
    -a 'Each compiler needs 600 MB of memory, and the build 300 MB of disk. JOBS=1 in the environment takes the least.' \
    'Building the mediasoup worker' 'about 7 minutes on 2 cores' \
    env TMPDIR="$1" media/worker/build node_modules/mediasoup "$1/mediasoup-worker"
  prove_worker "$1/mediasoup-worker" ||
    fail 'the worker was built but does not work here' "Please report it, with the lines above and the output of: head -2 /etc/os-release"
}

# Progress of ninja, which counts [done/all].
compiled() {
  local count
  count=$(grep -o '^\[[0-9]*/[0-9]*\]' "$1" | tail -n 1 | tr -d '[]')
  [[ -z $count ]] || echo "$((100 * ${count%/*} / ${count#*/})) % compiled"
}
