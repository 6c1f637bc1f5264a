#!/usr/bin/env bash
# Follows docs/getting-started.md word by word in a home folder of its own: every block of commands is
# run in order, the network and the configuration are written where the page says, and in both editors
# what the page promises is looked for.
#
# `code` and `nvim` are stand-ins for the user's hands: they start the real editors and look, `nvim` in a
# current Neovim and in 0.10.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
need cargo
neovims=()
for suite in forky trixie; do
  program=$("$TESTS/install-neovim.sh" "$suite")
  neovims+=("$program")
done
"$TESTS/install-vscode.sh"
. "$TESTS/code-server.sh"

home=$(mktemp -d)
trap 'stop_code_server; rm -rf "$home"' EXIT
# The build keeps its caches; everything else is the new user's.
export CARGO_HOME=${CARGO_HOME:-$HOME/.cargo} RUSTUP_HOME=${RUSTUP_HOME:-$HOME/.rustup}
npm_config_cache=$(npm config get cache)
export npm_config_cache CARGO_INSTALL_ROOT=$home/.cargo HOME=$home
unset XDG_CONFIG_HOME XDG_DATA_HOME XDG_STATE_HOME XDG_CACHE_HOME
mkdir "$home/bin" "$home/.config"
cat >"$home/bin/nvim" <<SH
#!/bin/sh
set -e
for program in ${neovims[*]@Q}; do
  "\$program" --version | head -1
  timeout 300 "\$program" --headless "\$@" -c "lua vim.schedule(function() dofile('$TESTS/getting-started.lua') end)"
done
SH
cat >"$home/bin/code" <<SH
#!/bin/sh
case \$1 in
--install-extension) cp "\$2" "$home/installed.vsix" ;;
*) test -f "\$1" && test -f "$home/installed.vsix" ;;
esac
SH
chmod +x "$home/bin/nvim" "$home/bin/code"
export PATH=$home/bin:$home/.cargo/bin:$PATH

# VS Code asks a login shell for the PATH; Rust's installer sets it there.
# shellcheck disable=SC2016
echo 'export PATH="$HOME/.cargo/bin:$PATH"' >"$home/.profile"

# usage: block NUMBER      the text of a fenced block of the page, its language on the first line
block() {
  awk -v wanted="$1" '/^```/ { if (inside) { inside = 0; next } inside = 1; n++; if (n == wanted) print substr($0, 4); next }
    inside && n == wanted' "$ROOT/docs/getting-started.md"
}

cd "$ROOT"
passed=0
for ((number = 1; ; number++)); do
  text=$(block "$number")
  [ -n "$text" ] || break
  language=${text%%$'\n'*}
  text=${text#*$'\n'}
  case $language in
  sh)
    while IFS= read -r command; do
      echo "== $command"
      status=0
      bash -c "$command" >"$home/output" 2>&1 || status=$?
      expected=0
      case $command in "neural-analyzer check"*) expected=1 ;; esac
      if [ "$status" -ne "$expected" ]; then
        cat "$home/output"
        give_up "\`$command\` of docs/getting-started.md ended with status $status"
      fi
      case $command in "neural-analyzer check"* | nvim* | *package.sh) cat "$home/output" ;; esac
      passed=$((passed + 1))
    done <<<"$text"
    ;;
  neural) printf '%s\n' "$text" >"$home/nets/digits.neural" ;;
  lua)
    mkdir -p "$home/.config/nvim"
    printf '%s\n' "$text" >>"$home/.config/nvim/init.lua"
    ;;
  *) give_up "docs/getting-started.md has a block of the language \`$language\`, which nobody follows" ;;
  esac
done

echo "== VS Code, with the package that finds the program on PATH"
write_settings "$home/state" "Default Dark Modern" '"editor.inlayHints.enabled": "on"'
start_code_server "$home/state" "$home/installed.vsix"
timeout 1200 node "$EDITORS/vscode/test/ui.mjs" "$PORT" "$home/nets"
echo "the page was followed: $passed commands"
