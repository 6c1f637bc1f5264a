#!/usr/bin/env bash
# Unpacks a Neovim of another Debian suite beside the system, and prints the path of its program.
#
# usage: install-neovim.sh SUITE      (trixie has Neovim 0.10, forky a current one)
#
# The package comes with all that it depends on, its own C library too, so that the system stays as it
# is: apt-get downloads with a private configuration, and patchelf points the program at its own
# loader. Needs no root.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

suite=$1
prefix=$CACHE/neovim-$suite
nvim=$prefix/usr/bin/nvim
if [ -x "$nvim" ] && "$nvim" --version >/dev/null 2>&1; then
  echo "$nvim"
  exit
fi
need apt-get dpkg
log=$CACHE/neovim-$suite.log
rm -rf "$prefix"
mkdir -p "$prefix"

mirror=$({ cat /etc/apt/sources.list.d/*.sources /etc/apt/sources.list 2>/dev/null || true; } |
  awk '$1 == "URIs:" && $2 ~ /\/debian\/?$/ { found = $2 }
       $1 == "deb" { for (i = 2; i <= NF; i++) if ($i ~ /\/debian\/?$/) found = $i }
       END { print found }')
[ -n "$mirror" ] || give_up "no Debian mirror is configured in /etc/apt"

apt=$prefix/.apt
mkdir -p "$apt"/{state/lists/partial,cache/archives/partial,preferences}
: >"$apt/status"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" >"$apt/sources.list"
options=(
  -o "Dir::State=$apt/state" -o "Dir::State::status=$apt/status" -o "Dir::Cache=$apt/cache"
  -o "Dir::Etc::sourcelist=$apt/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::Etc::preferencesparts=$apt/preferences"
  -o APT::Install-Recommends=false -o APT::Sandbox::User= -o Debug::NoLocking=1
  -o Binary::apt-get::APT::Keep-Downloaded-Packages=true -o APT::Update::Post-Invoke::=/bin/true
)
{
  apt-get "${options[@]}" -q update --error-on=any &&
    apt-get "${options[@]}" -q -y --download-only install neovim patchelf
} >"$log" 2>&1 || give_up "Neovim of Debian $suite could not be downloaded; is the Debian registry out of reach? See $log"
for package in "$apt"/cache/archives/*.deb; do
  dpkg -x "$package" "$prefix"
done
rm -rf "$apt"

loader=$(find "$prefix/usr/lib" -name 'ld-linux*.so*' | head -1)
libraries=$(dirname "$loader")
# patchelf itself is of that suite, so it runs by that suite's loader.
"$loader" --library-path "$libraries" "$prefix/usr/bin/patchelf" \
  --set-interpreter "$loader" --force-rpath --set-rpath "$libraries" "$(readlink -f "$nvim")"
"$nvim" --version >>"$log" 2>&1 || give_up "the unpacked Neovim of Debian $suite does not start; see $log"
echo "$nvim"
