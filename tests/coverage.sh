#!/usr/bin/env bash
# coverage.sh - which share of each file's lines the tests reached, worst first.
# Needs a run before it: KAFKASIM_PRESET=coverage ./kafkasim test
set -u
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." || exit 1
root=$PWD
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT

mapfile -d '' counts < <(find "$root/build/coverage" -name '*.gcda' -print0 2>/dev/null)
if [ ${#counts[@]} = 0 ]; then
  echo "nothing was counted yet; first: KAFKASIM_PRESET=coverage ./kafkasim test" >&2
  exit 1
fi

# One report a file of objects; a header is in many of them, so lines are added up here: reached anywhere is reached.
cd "$folder" && gcov --json-format --stdout "${counts[@]}" 2>/dev/null | python3 -c '
import json, sys
reached = {}
for text in sys.stdin:
    if not text.startswith("{"):
        continue
    for file in json.loads(text)["files"]:
        name = file["file"].removeprefix(sys.argv[1] + "/")
        if name.split("/")[0] in ("sim", "model", "scenarios", "gui", "cli"):
            lines = reached.setdefault(name, {})
            for line in file["lines"]:
                lines[line["line_number"]] = lines.get(line["line_number"], False) or line["count"] > 0
total = [0, 0]
for share, name, hit, all_lines in sorted((sum(l.values()) / len(l), n, sum(l.values()), len(l))
                                          for n, l in reached.items() if l):
    total[0] += hit
    total[1] += all_lines
    print(f"{share:7.1%}  {hit:6} of {all_lines:6}  {name}")
if total[1]:
    print(f"{total[0] / total[1]:7.1%}  {total[0]:6} of {total[1]:6}  all")
' "$root"
