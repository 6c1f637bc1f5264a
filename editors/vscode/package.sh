#!/usr/bin/env bash
# Builds the two packages of the extension: one with this platform's release binary inside, and one
# without, which finds the program on PATH. Prints the size of each, and, where VS Code's server is
# installed (editors/tests/install-vscode.sh), how long VS Code takes to activate it.
#
# usage: package.sh [FOLDER]      where the .vsix files go; editors/vscode/out where nothing is said
set -euo pipefail
. "$(cd "$(dirname "${BASH_SOURCE[0]}")/../tests" && pwd)/common.sh"

need npm node
binary=$(server)
cd "$EDITORS/vscode"
target=${1:-out}
mkdir -p "$target"
target=$(readlink -f "$target")

if [ ! -d node_modules ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  npm ci >"$target/npm.log" 2>&1 ||
    give_up "npm could not install the packages of the extension; is the npm registry out of reach? See $target/npm.log"
fi
npm run --silent check-types
npm run --silent lint
npm run --silent bundle

case $(uname -s)-$(uname -m) in
Linux-x86_64) platform=linux-x64 ;;
Linux-aarch64) platform=linux-arm64 ;;
Darwin-x86_64) platform=darwin-x64 ;;
Darwin-arm64) platform=darwin-arm64 ;;
*) give_up "no package is made for $(uname -s) on $(uname -m)" ;;
esac

trap 'rm -rf server LICENSE.txt CHANGELOG.md' EXIT
cp "$ROOT/CHANGELOG.md" CHANGELOG.md
{ cat "$ROOT/LICENSE-MIT" && echo && cat "$ROOT/LICENSE-APACHE"; } >LICENSE.txt

packages=()
# usage: package NAME [OPTION...]
package() {
  local name=$1
  shift
  npx vsce package --no-dependencies --allow-missing-repository --no-rewrite-relative-links \
    --out "$target/$name" "$@" >"$target/vsce.log" 2>&1 || {
    cat "$target/vsce.log" >&2
    give_up "vsce could not write $name"
  }
  packages+=("$target/$name")
}

rm -rf server
package neural-analyzer.vsix
mkdir server
cp "$binary" server/neural-analyzer
package "neural-analyzer-$platform.vsix" --target "$platform"

times=
if [ -e "$CACHE/code-server/installed" ] && [ -e "$CACHE/playwright/installed" ] && command -v chromium >/dev/null; then
  times=$(test/activation.sh "${packages[@]}")
fi
for ((at = 0; at < ${#packages[@]}; at++)); do
  activation=$(sed -n "$((at + 1))p" <<<"$times")
  printf '%9d bytes  %s%s\n' "$(wc -c <"${packages[at]}")" "${activation:+activated in $activation ms  }" "${packages[at]}"
done
