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
cat >"$work/both.code-workspace" <<'JSON'
{ "folders": [{ "path": "one" }, { "path": "two" }] }
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

platform=("$work"/packages/neural-analyzer-*.vsix)
write_settings "$work/state" "Default Dark Modern" '"editor.inlayHints.enabled": "on"'
start_code_server "$work/state" "${platform[0]}"

status=0
echo "== the extension host"
timeout 400 node "$extension/test/host-runner.mjs" "$PORT" "$work/both.code-workspace" \
  "$extension/test/harness" "$extension/out/host.js" || status=1
echo "== what is drawn"
timeout 300 node "$extension/test/ui.mjs" "$PORT" "$work/nets" || status=1
exit $status
