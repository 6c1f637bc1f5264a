#!/usr/bin/env bash
# Takes the pictures of docs/images from the real editors, in the light and in the dark.
#
# usage: screenshots.sh [FOLDER]      docs/images where nothing is said
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
NEURAL_ANALYZER=$(server)
export NEURAL_ANALYZER
"$TESTS/install-vscode.sh"
NVIM_PROGRAM=$("$TESTS/install-neovim.sh" forky)
need_debian tmux pngquant
. "$TESTS/code-server.sh"

images=${1:-$ROOT/docs/images}
mkdir -p "$images"
images=$(readlink -f "$images")
work=$(mktemp -d)
tmux=(tmux -L "neural-$$" -f /dev/null)
trap 'stop_code_server; "${tmux[@]}" kill-server 2>/dev/null || true; rm -rf "$work"' EXIT

mkdir "$work/nets" "$work/home"
cat >"$work/nets/digits.neural" <<'NEURAL'
# Handwritten digits, ten classes.
network Digits {
  input: (28, 28, 1)
  layers:
    Conv2D(32, (3, 3), "relu")
    MaxPooling2D((2, 2))
    ResidualConnection {
      Conv2D(32, (3, 3), padding="same", activation="relu")
      Conv2D(32, (3, 3), padding="same")
    }
    Conv2D(64, (15, 3), "relu")
    Flatten()
    Dense(128, "relu")
    Dropout(0.5)
    Output(10, "softmax")
  loss: "sparse_categorical_crossentropy"
  optimizer: Adam(learning_rate=HPO(log_range(1e-4, 1e-2)))
}
NEURAL
cp "$work/nets/digits.neural" "$work/digits.neural"

small() {
  pngquant --force --skip-if-larger --output "$1" 64 "$1" 2>/dev/null || true
  printf '%7d bytes  %s\n' "$(stat -c %s "$1")" "$1"
}

# usage: neovim light|dark BACKGROUND FOREGROUND
neovim() {
  local page=$work/terminal.html shell
  cp "$work/digits.neural" "$work/nets/digits.neural"
  shell="cd '$work/nets' && HOME='$work/home' NEURAL_PLUGIN='$EDITORS/nvim' TERM=tmux-256color COLORTERM=truecolor LC_ALL=C.UTF-8 \
    '$NVIM_PROGRAM' --clean -u '$EDITORS/nvim/tests/init.lua' '+set termguicolors background=$1 laststatus=0 noruler noshowcmd' \
    '+lua vim.diagnostic.config({ virtual_text = false, signs = false })' digits.neural"
  "${tmux[@]}" new-session -d -x 88 -y 38 "$shell"
  wait_screen "→ 13×13×32"
  "${tmux[@]}" send-keys ":NeuralShapes" Enter
  wait_screen "output shape"
  "${tmux[@]}" send-keys "]d"
  "${tmux[@]}" send-keys C-w d
  wait_screen "kernel-too-large"
  # The message closes with the next key that moves the cursor; this one only clears the last line.
  "${tmux[@]}" send-keys ":" Escape
  wait_screen_without ":NeuralShapes"
  sleep 0.5
  "${tmux[@]}" capture-pane -e -N -p >"$work/screen"
  "${tmux[@]}" kill-server
  node "$TESTS/terminal-html.mjs" "$2" "$3" <"$work/screen" >"$page"
  chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$work/profile" \
    --window-size=824,784 --screenshot="$images/neovim-$1.png" "file://$page" >"$work/chromium.log" 2>&1
  small "$images/neovim-$1.png"
}

wait_screen() {
  local tries
  for tries in $(seq 600); do
    "${tmux[@]}" capture-pane -p | grep -qF -- "$1" && return
    sleep 0.1
  done
  "${tmux[@]}" capture-pane -p >&2
  give_up "Neovim never showed \`$1\` in $tries tries"
}

wait_screen_without() {
  local tries
  for tries in $(seq 600); do
    "${tmux[@]}" capture-pane -p | grep -qF -- "$1" || return 0
    sleep 0.1
  done
  give_up "Neovim still shows \`$1\` after $tries tries"
}

neovim light "#e0e2ea" "#14161b"
neovim dark "#14161b" "#e0e2ea"

"$EDITORS/vscode/package.sh" "$work/packages"
platform=("$work"/packages/neural-analyzer-*.vsix)
settings=('"editor.inlayHints.enabled": "on"' '"editor.hover.above": false' '"breadcrumbs.enabled": false' '"editor.fontFamily": "DejaVu Sans Mono"'
  '"workbench.activityBar.location": "hidden"' '"window.commandCenter": false' '"workbench.layoutControl.enabled": false'
  '"files.hotExit": "off"')
write_settings "$work/state" "Default Light Modern" "${settings[@]}"
start_code_server "$work/state" "${platform[0]}"
for theme in light dark; do
  name=Light
  [ "$theme" = light ] || name=Dark
  write_settings "$work/state" "Default $name Modern" "${settings[@]}"
  cp "$work/digits.neural" "$work/nets/digits.neural"
  node "$TESTS/screenshot-vscode.mjs" "$PORT" "$work/nets" "$images/vscode-$theme.png"
  small "$images/vscode-$theme.png"
done
