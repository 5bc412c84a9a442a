#!/usr/bin/env bash
# format.sh [--check] - brings all C++ sources into the form of .clang-format; --check only says which are not.
# Exit: 0 all well, 1 some file is not formatted, 77 (skipped) without a clang-format of the version we agreed on: each
# version formats a little differently.
set -u
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." || exit 1
version=14

formatter=$(command -v "clang-format-$version" || command -v clang-format)
case $("${formatter:-false}" --version 2>/dev/null) in
  *"version $version."*) ;;
  *)
    echo "skipped: no clang-format $version here (Debian's package clang-format)"
    exit 77
    ;;
esac

rooms=()
for room in sim model scenarios gui cli notebooks tests; do [ -d "$room" ] && rooms+=("$room"); done
mapfile -d '' files < <(find "${rooms[@]}" -name '*.[ch]pp' -print0 | sort -z)
[ ${#files[@]} -gt 0 ] || { echo "no C++ sources found: is this the checkout?"; exit 1; }

if [ "${1:-}" != --check ]; then
  exec "$formatter" -i "${files[@]}"
fi
if "$formatter" --dry-run --Werror -ferror-limit=1 "${files[@]}"; then
  echo "all ${#files[@]} files are formatted"
else
  echo "not formatted; to do so: tests/tidy/format.sh"
  exit 1
fi
