#!/usr/bin/env bash
# Everything that must hold in real editors: the plugin in two Neovims, the extension in VS Code, and the
# page that leads a new user to both.
#
# The commands are those of a user, and so the program is built as `release`; only that it is not
# optimized, which takes minutes and changes nothing that is looked at here. It is built in a folder of
# its own, so that `target/release` stays what it is.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
need cargo

CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$ROOT/target}/editors
export CARGO_TARGET_DIR
export CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off
export CARGO_PROFILE_RELEASE_CODEGEN_UNITS=256 CARGO_PROFILE_RELEASE_INCREMENTAL=true
unset NEURAL_ANALYZER

failed=()
# usage: part TITLE COMMAND...     says how long it took; a part that fails does not keep the others from running
part() {
  local begin=$SECONDS title=$1 result=passed
  shift
  echo "=== $title"
  "$@" || {
    result=failed
    failed+=("$title")
  }
  echo "=== $title: $result after $((SECONDS - begin)) s"
}

cargo build --quiet --release --locked --manifest-path "$ROOT/Cargo.toml"
part "Neovim" "$EDITORS/nvim/tests/run.sh"
part "VS Code" "$EDITORS/vscode/test/run.sh"
part "the getting-started page" "$TESTS/getting-started.sh"
[ ${#failed[@]} -eq 0 ] || give_up "failed: ${failed[*]}"
