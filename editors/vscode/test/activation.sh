#!/usr/bin/env bash
# Measures how long VS Code takes to activate the extension from each of the packages: installs the
# package, opens new windows, and prints the median in milliseconds, one line a package.
#
# usage: activation.sh VSIX...
set -euo pipefail
. "$(cd "$(dirname "${BASH_SOURCE[0]}")/../../tests" && pwd)/common.sh"
. "$TESTS/code-server.sh"
windows=5

extension=$EDITORS/vscode
work=$(mktemp -d)
trap 'stop_code_server; rm -rf "$work"' EXIT
mkdir "$work/nets"
echo '{ "folders": [{ "path": "nets" }] }' >"$work/nets.code-workspace"
(cd "$extension" && node scripts/bundle.mjs --tests)

for vsix; do
  state=$work/$(basename "$vsix")
  write_settings "$state" "Default Dark Modern"
  start_code_server "$state" "$vsix" driver
  for _ in $(seq "$windows"); do
    timeout 600 node "$extension/test/host-runner.mjs" "$PORT" "$work/nets.code-workspace" \
      "$extension/test/harness" "$extension/out/activation.js"
  done >"$work/times" || give_up "the activation of $vsix could not be measured: $(tail -1 "$work/times")"
  stop_code_server
  sort -n "$work/times" | sed -n "$((windows / 2 + 1))p"
done
