#!/usr/bin/env bash
# compare_hashes.sh <kafkasim> [seeds] - the random worlds must have the same trace hash in every build.
# Runs `worlds --seeds A..B --hashes` of the given program and of the builds `debug` (sanitizers) and `clang`, which the
# launcher makes first, and compares the lines, one a seed.
# Exit: 0 equal, 1 different or a build failed, 77 (skipped) if a compiler is missing.
set -u
root=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../..
this=$1
seeds=${2:-1..200}

if ! command -v clang++ >/dev/null; then
  echo "skipped: no clang++ here (Debian's package clang), so there is no second compiler to compare with"
  exit 77
fi

folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT

"$this" worlds --seeds "$seeds" --hashes >"$folder/this" || { echo "failed: $this worlds"; exit 1; }
[ -s "$folder/this" ] || { echo "failed: $this worlds printed no hashes"; exit 1; }

verdict=0
for preset in debug clang; do
  if ! KAFKASIM_NO_INSTALL=1 KAFKASIM_PRESET=$preset "$root/kafkasim" worlds --seeds "$seeds" --hashes \
    >"$folder/$preset"; then
    echo "failed: the worlds of the build '$preset'"
    verdict=1
  elif ! diff -u --label this --label "$preset" "$folder/this" "$folder/$preset"; then
    echo "failed: the build '$preset' gives other hashes"
    verdict=1
  else
    echo "equal in '$preset': $(wc -l <"$folder/this") hashes"
  fi
done
exit $verdict
