#!/usr/bin/env bash
# The extension in a real VS Code, installed from its package: its parts without VS Code, then the
# extension host, then what is drawn.
set -euo pipefail
. "$(cd "$(dirname "${BASH_SOURCE[0]}")/../../tests" && pwd)/common.sh"
NEURAL_ANALYZER=$(server)
export NEURAL_ANALYZER
"$TESTS/install-vscode.sh"
. "$TESTS/code-server.sh"

extension=$EDITORS/vscode
work=$(mktemp -d)
trap 'stop_code_server; rm -rf "$work"' EXIT
FAILURES=${FAILURES:-$work}
export FAILURES

"$extension/package.sh" "$work/packages"
echo "== the extension's parts"
(cd "$extension" && npm test --silent)

mkdir -p "$work/one" "$work/two/.vscode" "$work/nets"
cat >"$work/two/.vscode/settings.json" <<'JSON'
{ "neural-analyzer.severity": { "kernel-too-large": "warning" } }
JSON
# A program that no workspace may choose: it tells that it has run, and is too old.
cat >"$work/bait" <<SH
#!/bin/sh
touch "$work/bait.ran"
echo "neural-analyzer 0.0.9"
SH
chmod +x "$work/bait"
cat >"$work/both.code-workspace" <<JSON
{ "folders": [{ "path": "one" }, { "path": "two" }], "settings": { "neural-analyzer.server.path": "$work/bait" } }
JSON
cat >"$work/nets/digits.neural" <<'NEURAL'
network Digits {
  input: (28, 28, 1)
  layers:
    Conv2D(32, (30, 3), "relu")
    MaxPooling2D((2, 2))
    Flatten()
    Dense(128, "relu")
    Dropout(0.5)
    Output(10, "softmax")
  loss: "categorical_crossentropy"
  optimizer: Adam(learning_rate=0.001)
}
NEURAL
mkdir -p "$work/bait-nets/.vscode"
cp "$work/nets/digits.neural" "$work/bait-nets"
echo "{ \"neural-analyzer.server.path\": \"$work/bait\" }" >"$work/bait-nets/.vscode/settings.json"

platform=("$work"/packages/neural-analyzer-*.vsix)
write_settings "$work/state" "Default Dark Modern" '"editor.inlayHints.enabled": "on"'
start_code_server "$work/state" "${platform[0]}" driver

status=0
echo "== the extension host"
timeout 1600 node "$extension/test/host-runner.mjs" "$PORT" "$work/both.code-workspace" \
  "$extension/test/harness" "$extension/out/host.js" || status=1
echo "== what is drawn"
timeout 1200 node "$extension/test/ui.mjs" "$PORT" "$work/nets" || status=1
stop_code_server

echo "== which program is started"
write_settings "$work/wary" "Default Dark Modern" '"editor.inlayHints.enabled": "on"'
mkdir -p "$work/wary/data/Machine"
start_code_server "$work/wary" "${platform[0]}" wary
timeout 1200 node "$extension/test/program.mjs" "$PORT" "$work/bait-nets" \
  "$work/wary/data/Machine/settings.json" "$work/bait" || status=1
exit $status
