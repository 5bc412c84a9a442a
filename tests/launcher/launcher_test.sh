#!/usr/bin/env bash
# launcher_test.sh [name...] - tests of the script `kafkasim` against tools that only note how they were called.
# Each function named case_... is a test in a fresh tree. See README.md.
set -u
source_root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# --- the little world around the launcher ---------------------------------------------------------------------------

tool() {  # name <script on stdin: a tool of ours, first in PATH
  cat - >"$tools/$1"
  chmod +x "$tools/$1"
}

fresh_tree() {
  tree="$work/$1/a tree with spaces"
  tools="$work/$1/tools"
  calls="$work/$1/calls"    # one line a call of a tool
  missing="$work/$1/missing"  # packages that dpkg-query does not know
  mkdir -p "$tree/.ci" "$tree/sim" "$tree/cli" "$tools" "$work/$1/elsewhere here"
  cp "$source_root/kafkasim" "$tree/"
  touch "$tree"/{CMakeLists.txt,CMakePresets.json,sim/a.cpp,cli/main.cpp} "$calls" "$missing"
  printf '%s\n' '# packages' 'core one' 'core two' 'gui window' 'optional extra' >"$tree/.ci/packages"
  export CALLS=$calls MISSING=$missing FAKE_UID=0
  unset KAFKASIM_NO_INSTALL KAFKASIM_PRESET FAIL_CONFIGURE FAIL_BUILD FAIL_APT

  local name
  for name in bash env dirname readlink find awk tr grep touch mkdir rm mv cp cat flock nproc sleep sed chmod; do
    ln -s "$(command -v "$name")" "$tools/$name"
  done
  tool cmake <<'TOOL'
#!/usr/bin/env bash
echo "cmake $*" >>"$CALLS"
if [ "$1" = --build ]; then
  [ -z "${FAIL_BUILD:-}" ] || exit 1
  printf '%s\n' '#!/usr/bin/env bash' 'echo "ran in $PWD with $# words:$(printf " <%s>" "$@")"' 'exit "${EXIT:-0}"' \
    >"$2/kafkasim"
  chmod +x "$2/kafkasim"
  echo "words of ninja"
else
  [ -z "${FAIL_CONFIGURE:-}" ] || exit 1
  touch "$2/build/$4/build.ninja"
  echo "CMAKE_HOME_DIRECTORY:INTERNAL=$2" >"$2/build/$4/CMakeCache.txt"
fi
TOOL
  tool ctest <<'TOOL'
#!/usr/bin/env bash
echo "ctest $*" >>"$CALLS"
echo "summary of ctest"
TOOL
  tool dpkg-query <<'TOOL'
#!/usr/bin/env bash
shift 2
for package in "$@"; do grep -qx "$package" "$MISSING" || echo "installed $package"; done
! grep -q . "$MISSING"
TOOL
  tool apt-get <<'TOOL'
#!/usr/bin/env bash
echo "apt-get $* (${DEBIAN_FRONTEND:-may ask})" >>"$CALLS"
[ -z "${FAIL_APT:-}" ] || exit 100
case "$*" in *install*) : >"$MISSING" ;; esac
TOOL
  tool sudo <<'TOOL'
#!/usr/bin/env bash
echo "sudo" >>"$CALLS"
[ "$1" = -n ] && shift
exec "$@"
TOOL
  tool id <<'TOOL'
#!/usr/bin/env bash
echo "$FAKE_UID"
TOOL
}

launch() {  # words -> $out, $err, $code; $called: the calls made by this launch
  local before
  before=$(wc -l <"$calls")
  (cd "$tree/../elsewhere here" && PATH=$tools "$tree/kafkasim" "$@") >"$work/out" 2>"$work/err" </dev/null
  code=$?
  out=$(cat "$work/out") err=$(cat "$work/err")
  called=$(tail -n "+$((before + 1))" "$calls")
  sleep 0.02  # file times have a grain
}

broken=0
complain() {
  printf 'FAILED %s: %s\n--- out\n%s\n--- err\n%s\n--- calls\n%s\n' "$current" "$*" "$out" "$err" "$called"
  broken=1
}
exits() { [ "$code" = "$1" ] || complain "exit code $code, expected $1"; }
says() { case $err in *"$1"*) ;; *) complain "standard error lacks: $1" ;; esac; }
is_silent_about() { case $err in *"$1"*) complain "standard error has: $1" ;; esac; }
prints() { case $out in *"$1"*) ;; *) complain "standard output lacks: $1" ;; esac; }
calls() { case $called in *"$1"*) ;; *) complain "was not called: $1" ;; esac; }
calls_no() { case $called in *"$1"*) complain "was called: $1" ;; esac; }
calls_nothing() { [ -z "$called" ] || complain "something was called"; }

# --- build and run ----------------------------------------------------------------------------------------------------

case_the_first_call_configures_builds_and_runs_where_the_caller_is() {
  EXIT=7 launch run "two words" ''
  exits 7
  calls "cmake -S $tree --preset release"
  calls "cmake --build $tree/build/release --target kafkasim"
  [ "$out" = "ran in ${tree%/*}/elsewhere here with 3 words: <run> <two words> <>" ] || complain "wrong output"
  says "words of ninja"
}

case_the_next_call_only_runs() {
  launch run
  launch run
  calls_nothing
  exits 0
  [ -z "$err" ] || complain "said something"
  prints "ran in"
}

case_the_next_call_is_quick() {
  launch run
  local start=${EPOCHREALTIME/./}
  PATH=$tools "$tree/kafkasim" run >/dev/null
  local milliseconds=$(((${EPOCHREALTIME/./} - start) / 1000))
  [ "$milliseconds" -lt 500 ] || complain "took $milliseconds ms"
}

case_a_changed_source_is_built_but_not_configured() {
  launch run
  echo "int x;" >>"$tree/sim/a.cpp"
  launch run
  calls "cmake --build"
  calls_no "--preset"
  launch run
  calls_nothing
}

case_a_new_a_removed_and_an_old_file_moved_in_are_noticed() {
  launch run
  touch "$tree/sim/b.cpp"
  launch run
  calls "cmake --build"
  rm "$tree/sim/b.cpp"
  launch run
  calls "cmake --build"
  touch -d 2001-01-01 "$tree/old.cpp"
  mv "$tree/old.cpp" "$tree/sim/a.cpp"
  launch run
  calls "cmake --build"
}

case_a_changed_test_or_document_is_not_built_for_a_run() {
  launch run
  mkdir -p "$tree/tests" "$tree/docs"
  touch "$tree/tests/a_test.cpp" "$tree/docs/a.md"
  launch run
  calls_nothing
}

case_changed_presets_configure_anew() {
  launch run
  echo "{}" >>"$tree/CMakePresets.json"
  launch run
  calls "--preset release"
}

case_another_preset_has_its_own_folder() {
  KAFKASIM_PRESET=debug launch run
  calls "cmake -S $tree --preset debug"
  calls "cmake --build $tree/build/debug --target kafkasim"
}

case_a_tree_that_moved_with_its_build_is_configured_afresh() {
  launch run
  mv "$tree" "$tree moved"
  tree="$tree moved"
  echo "int x;" >>"$tree/sim/a.cpp"
  launch run
  calls "cmake -S $tree --preset release --fresh"
  prints "ran in"
}

case_a_symbolic_link_finds_the_tree() {
  ln -s "$tree/kafkasim" "$tree/../link"
  out=$(PATH=$tools "$tree/../link" run 2>/dev/null)
  prints "with 1 words: <run>"
}

case_two_builds_are_kept_apart() {
  mkdir -p "$tree/build"
  flock "$tree/build/.lock" sleep 0.3 &
  sleep 0.1
  launch run
  wait
  says "another build is running in this folder; waiting for it"
  prints "ran in"
}

case_help_lists_the_words_of_both() {
  launch --help
  exits 0
  prints "with 1 words: <--help>"
  prints "test [--all]"
  launch
  prints "with 0 words"
  prints "test [--all]"
}

# --- steps that fail --------------------------------------------------------------------------------------------------

case_a_failed_build_says_what_to_do_and_is_tried_again() {
  launch run
  echo "int x;" >>"$tree/sim/a.cpp"
  FAIL_BUILD=1 launch run
  exits 1
  says "the build failed"
  [ -z "$out" ] || complain "ran the old program"
  launch run
  calls "cmake --build"
  exits 0
}

case_a_failed_configuration_says_what_to_do() {
  FAIL_CONFIGURE=1 launch run
  exits 1
  says "configuring failed"
  says "delete '$tree/build/release' and call again"
  launch run
  calls "--preset"
  exits 0
}

case_a_failed_configuration_with_missing_packages_names_them() {
  echo two >"$missing"
  KAFKASIM_NO_INSTALL=1 FAIL_CONFIGURE=1 launch run
  exits 1
  says "configuring failed; first install what is missing: apt-get update && apt-get install -y two"
}

case_without_cmake_the_packages_are_named() {
  rm "$tools/cmake"
  KAFKASIM_NO_INSTALL=1 launch run
  exits 1
  says "cmake is missing"
  says "apt-get install -y one two"
}

# --- packages ---------------------------------------------------------------------------------------------------------

case_root_installs_what_is_missing() {
  echo two >"$missing"
  launch run
  says "installing these Debian packages with apt-get: two"
  calls "update -q (noninteractive)"
  calls "install -q -y --no-install-recommends two (noninteractive)"
  calls_no sudo
  exits 0
  launch run
  calls_nothing
}

case_others_install_through_sudo() {
  echo two >"$missing"
  FAKE_UID=1000 launch run
  calls sudo
  calls "install -q -y --no-install-recommends two (noninteractive)"
}

case_nothing_is_installed_on_request() {
  echo two >"$missing"
  KAFKASIM_NO_INSTALL=1 launch run
  calls_no apt-get
  says "missing packages: two"
  says "to install them: apt-get update && apt-get install -y two"
  prints "ran in"
}

case_nothing_is_installed_without_root_and_sudo() {
  echo two >"$missing"
  rm "$tools/sudo"
  FAKE_UID=1000 launch run
  calls_no apt-get
  says "to install them: sudo apt-get update && sudo apt-get install -y two"
  prints "ran in"
}

case_nothing_is_installed_without_apt() {
  echo two >"$missing"
  rm "$tools/apt-get"
  launch run
  says "missing packages: two"
  prints "ran in"
}

case_without_dpkg_the_packages_are_named_and_it_goes_on() {
  rm "$tools/dpkg-query"
  launch run
  says "needed is what Debian calls: one two"
  prints "ran in"
}

case_a_failed_installation_goes_on_if_cmake_finds_everything() {
  echo two >"$missing"
  FAIL_APT=1 launch run
  says "apt-get could not install them; going on without"
  says "missing packages: two"
  prints "ran in"
}

case_packages_of_the_window_count_only_when_there_is_one() {
  echo window >"$missing"
  KAFKASIM_NO_INSTALL=1 launch run
  is_silent_about window
  mkdir "$tree/gui"
  touch "$tree/gui/CMakeLists.txt"
  KAFKASIM_NO_INSTALL=1 launch run
  says "the build will be without the GUI: window"
  prints "ran in"
}

# --- the word test ----------------------------------------------------------------------------------------------------

case_test_builds_all_and_leaves_out_the_slow_suites() {
  launch test -R "sim/time"
  calls "cmake --build $tree/build/release --target all"
  calls "ctest --test-dir $tree/build/release --output-on-failure --no-tests=error"
  calls "-LE slow -R sim/time"
  [ "$out" = "summary of ctest" ] || complain "ctest does not have the last word"
}

case_test_all_runs_everything() {
  launch test --all -R x
  calls "ctest --test-dir"
  calls "-R x"
  calls_no "-LE"
  calls_no "--all"
}

case_test_asks_for_the_optional_packages() {
  echo extra >"$missing"
  KAFKASIM_NO_INSTALL=1 launch run
  is_silent_about extra
  KAFKASIM_NO_INSTALL=1 launch test
  says "missing optional packages, so some checks will be skipped: extra"
}

# --- run --------------------------------------------------------------------------------------------------------------

if ! command -v flock >/dev/null; then
  echo "skipped: no flock here (Debian's package util-linux)"
  exit 77
fi
mapfile -t cases < <(compgen -A function case_)
[ $# -eq 0 ] || cases=("$@")
number=0
for current in "${cases[@]}"; do
  out='' err='' code='' called=''
  number=$((number + 1))
  fresh_tree "$number"
  "$current"
done
[ "$broken" = 0 ] && echo "${#cases[@]} cases of the launcher are well"
exit "$broken"
