# shellcheck shell=bash
# The database's driver: native code of the npm package sqlite3. Sourced, after steps.sh, system.sh and npm.sh; works
# in the project's folder.
#
# It is built from the sources in the package, whose hash the lock file holds; the prebuilt one comes from another host
# and without a hash. It is kept outside node_modules, so that it outlives every `npm ci`.

readonly sqlite_driver=node_modules/sqlite3/build/Release/node_sqlite3.node

# get_sqlite: puts the driver where the package looks for it.
get_sqlite() { sqlite_is_there || get_sqlite_once; }

sqlite_is_there() { [[ -f $sqlite_driver ]] && driver_runs "$sqlite_driver"; }

# driver_runs FILE: one that is made for another machine or C library does not load.
driver_runs() { node -e 'require(require("node:path").resolve(process.argv[1]))' "$1" >/dev/null 2>&1; }

# Two starts at the same time: the second waits, and finds the driver there.
get_sqlite_once() {
  local cache lock kept
  cache=$(cache_folder)
  mkdir -p -- "$cache" 2>/dev/null || true
  [[ -d $cache && -w $cache ]] || fail "the folder $cache cannot be written" 'Set LINKELLO_CACHE to one that can, and start again.'
  kept=$(cached_sqlite)
  exec {lock}>"$cache/sqlite.lock"
  if ! flock --nonblock "$lock"; then
    say "Another start is building the database's driver; waiting for it"
    flock "$lock"
  fi
  sqlite_is_there || { keep_sqlite "$kept" && place_sqlite "$kept"; }
  exec {lock}>&-
}

# By its version, the kind of machine, and the distribution whose C library it uses.
cached_sqlite() {
  local version system=unknown
  version=$(sed -n 's/^[[:space:]]*"version": *"\([^"]*\)".*/\1/p' node_modules/sqlite3/package.json)
  # shellcheck source=/dev/null
  [[ ! -r /etc/os-release ]] || system=$(source /etc/os-release && echo "${ID-unknown}${VERSION_ID-}")
  echo "$(cache_folder)/sqlite3/$version-linux-$(uname -m)-$system/node_sqlite3.node"
}

# keep_sqlite FILE: builds the driver into FILE, whole or not at all, unless it is there. Holds the lock.
keep_sqlite() {
  if [[ -f $1 ]] && driver_runs "$1"; then return; fi
  need 'Installing what the build needs' 'about 1 minute' scripts/install/needs-sqlite
  step "Building the database's driver" 'about 1 minute' build_sqlite
  driver_runs "$sqlite_driver" ||
    fail "the database's driver was built but does not work here" "Please report it, with the output of: head -2 /etc/os-release"
  mkdir -p -- "${1%/*}"
  cp -- "$sqlite_driver" "$1.new"
  mv -f -- "$1.new" "$1"
}

place_sqlite() {
  mkdir -p -- "${sqlite_driver%/*}"
  cp -- "$1" "$sqlite_driver.new"
  mv -f -- "$sqlite_driver.new" "$sqlite_driver"
}

# With the headers that came with Node: nothing is downloaded.
build_sqlite() {
  local headers node_gyp=$PWD/node_modules/node-gyp/bin/node-gyp.js
  headers=$(node -p 'require("node:path").resolve(process.execPath, "../..")')
  cd -- node_modules/sqlite3 || return
  JOBS=$(nproc) node "$node_gyp" rebuild --nodedir="$headers"
}
