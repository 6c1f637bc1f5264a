#!/usr/bin/env bash
# The plugin in two real Neovims, a current one and 0.10: headless, with the real server.
#
# usage: run.sh [SUITE...]     Debian suites whose Neovim is used; forky and trixie where none is named
set -euo pipefail
. "$(cd "$(dirname "${BASH_SOURCE[0]}")/../../tests" && pwd)/common.sh"

NEURAL_ANALYZER=$(server)
NEURAL_PLUGIN=$EDITORS/nvim
export NEURAL_ANALYZER NEURAL_PLUGIN
[ $# -gt 0 ] || set -- forky trixie

# usage: session NVIM HOW     in a folder of its own, with none of the user's settings
session() {
  local folder
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' RETURN
  mkdir "$folder/nets"
  NEURAL_SETUP=$2 NEURAL_FOLDER=$folder/nets XDG_STATE_HOME=$folder/state XDG_DATA_HOME=$folder/data \
    XDG_CONFIG_HOME=$folder/config XDG_CACHE_HOME=$folder/cache LC_ALL=C.UTF-8 \
    timeout 900 "$1" --headless --clean -u "$NEURAL_PLUGIN/tests/init.lua" \
    -c "lua vim.schedule(function() dofile(vim.env.NEURAL_PLUGIN .. '/tests/session.lua') end)" 2>&1
}

status=0
for suite; do
  nvim=$("$TESTS/install-neovim.sh" "$suite")
  version=$("$nvim" --version | head -1)
  hows=setup
  case $version in *" v0.10."*) ;; *) hows="setup enable" ;; esac
  for how in $hows; do
    echo "== $version, started by $how"
    session "$nvim" "$how" || status=1
  done
done
exit $status
