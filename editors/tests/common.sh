# Sourced by the scripts of this folder: where things are, and how a script gives up.

TESTS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
EDITORS=$(dirname "$TESTS")
ROOT=$(dirname "$EDITORS")
CACHE=${NEURAL_EDITORS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/neural-analyzer-editors}

# A failed installation says which registry it wanted, on one line, and never counts as a pass.
give_up() {
  echo "editors: $*" >&2
  exit 1
}

need() {
  local tool
  for tool; do
    command -v "$tool" >/dev/null || give_up "\`$tool\` is needed and is not installed"
  done
}

# Debian packages that the tests need, installed only where they are missing.
need_debian() {
  local missing=() package
  for package; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  local log=$CACHE/apt.log
  mkdir -p "$CACHE"
  {
    apt-get -q update && apt-get install -q -y --no-install-recommends "${missing[@]}"
  } >"$log" 2>&1 ||
    give_up "apt-get could not install ${missing[*]}: is the Debian registry out of reach, or is this not root? See $log"
}

# The binary that is tested: $NEURAL_ANALYZER, or the release build of this tree.
server() {
  local binary=${NEURAL_ANALYZER:-${CARGO_TARGET_DIR:-$ROOT/target}/release/neural-analyzer}
  [ -x "$binary" ] || give_up "there is no $binary; run \`cargo build --release\` first"
  readlink -f "$binary"
}
