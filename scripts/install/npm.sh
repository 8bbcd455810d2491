# shellcheck shell=bash
# npm packages, and the Node that comes as one of them. Sourced, after steps.sh and system.sh; works in
# the project's folder.

readonly system_path=$PATH

# install_npm_packages: installs exactly what package-lock.json names, if it is not there yet. Then puts
# Node 24 first into PATH.
install_npm_packages() {
  use_packaged_node || true
  npm_packages_are_there || install_npm_packages_once
  use_node
}

# Without any Node there are none.
npm_packages_are_there() { node scripts/install/npm-installed.mjs 2>/dev/null; }

# Two starts at the same time: the second waits, and finds everything there. The lock file is only a handle
# here; nothing is written to it.
install_npm_packages_once() {
  local lock
  PATH=$system_path
  need 'Installing npm' 'about 1 minute' scripts/install/needs-npm
  exec {lock}<package-lock.json
  flock "$lock"
  npm_packages_are_there ||
    step -p packages_so_far \
      -a 'If the npm registry cannot be reached, mend that (npm config get registry; proxy) and start again.' \
      'Installing npm packages' 'about 1 minute' npm_ci
  exec {lock}<&-
}

# npm runs on the system's Node, as it deletes the packaged one; its warning about a Node older than ours is
# left out. With a worker given, mediasoup's install script neither downloads nor builds one: get_worker
# does, and keeps it where the next `npm ci` does not delete it. What was fetched once is not asked for again:
# the lock file tells what it must be.
npm_ci() { MEDIASOUP_WORKER_BIN=scripts/worker npm ci --prefer-offline --no-audit --no-fund --loglevel=error; }

packages_so_far() { find node_modules -mindepth 1 -maxdepth 1 2>/dev/null | echo "$(wc -l) packages"; }

# use_node: puts Node 24 or newer first into PATH: the one from npm, else the system's.
use_node() {
  use_packaged_node || is_new_enough ||
    fail "there is no Node 24 for this machine ($(uname -sm)); npm has it for Linux with glibc on x64 and arm64" \
      "Install Node 24 or newer by other means, so that 'node --version' shows it, and start again."
}

use_packaged_node() {
  local folder
  for folder in "$PWD"/node_modules/node-linux-*/bin; do
    "$folder/node" --version >/dev/null 2>&1 || continue
    PATH=$folder:$system_path
    return
  done
  return 1
}

is_new_enough() { node -e 'process.exit(parseInt(process.versions.node) >= 24 ? 0 : 1)' 2>/dev/null; }
