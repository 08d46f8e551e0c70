#!/usr/bin/env bash
# tools/test.sh        installs what is missing, builds, and runs all tests on the default device (PoCL on CPUs)
# tools/test.sh --all  and: clang, sanitizers, formatting, clang-tidy, syntax of the kernels, Oclgrind
# Build folders are made in $UNETCL_BUILD_DIR (build).
set -euo pipefail
cd "$(dirname "$0")/.."
all=no
case "${1-}" in
  "") ;;
  --all) all=yes ;;
  *)
    echo "usage: tools/test.sh [--all]" >&2
    exit 2
    ;;
esac

build=${UNETCL_BUILD_DIR:-build}
jobs=$(nproc)
mkdir -p "$build/kernels"
# All steps share the compiled kernels.
POCL_CACHE_DIR=$(cd "$build/kernels" && pwd)
export POCL_CACHE_DIR

passed=0 failed=0 summary=""

# step NAME COMMAND...: runs it, keeps its time, goes on after a failure.
step() {
  local name=$1 start=$SECONDS result=passed
  shift
  printf '\n=== %s\n' "$name"
  if "$@"; then passed=$((passed + 1)); else
    failed=$((failed + 1))
    result=FAILED
  fi
  summary+=$(printf '%-44s %s  %d s' "$name" "$result" $((SECONDS - start)))$'\n'
}

# build_in FOLDER [CMAKE OPTIONS...]
build_in() {
  local folder=$1
  shift
  cmake -S . -B "$folder" -G Ninja "$@" >"$build/configure.log" 2>&1 || {
    cat "$build/configure.log"
    return 1
  }
  cmake --build "$folder"
}

run_tests() { ctest --test-dir "$1" --no-tests=error --output-on-failure -j "$jobs" --timeout 600; }

sources() { git ls-files '*.c' '*.h' '*.cl' | while read -r file; do [ ! -e "$file" ] || echo "$file"; done; }

check_format() { sources | xargs clang-format --dry-run -Werror; }

check_tidy() {
  sources | grep '\.c$' | grep -v -e '^tests/install/' -e '^tools/' |
    xargs -P "$jobs" -n 1 clang-tidy --quiet -p "$build/gcc" 2>"$build/tidy.log" || {
    grep -v 'warnings generated' "$build/tidy.log" >&2
    return 1
  }
}

check_scripts() { shellcheck -x tools/*.sh tests/*.sh .ci/run; }

# Leaks of the OpenCL implementation are its own; everything else counts. Without use_tls=0 LeakSanitizer guesses where
# libraries that were loaded later (drivers) keep what is local to a thread, and crashes where it is wrong.
run_sanitized() {
  ASAN_OPTIONS=detect_leaks=1 LSAN_OPTIONS=suppressions=$PWD/tests/lsan.supp:print_suppressions=0:use_tls=0 run_tests "$1"
}

if [ "$all" = no ]; then
  tools/setup.sh --tests
  step "build" build_in "$build/gcc"
  step "tests" run_tests "$build/gcc"
else
  tools/setup.sh --all
  step "gcc, warnings as errors" build_in "$build/gcc" -DUNETCL_WERROR=ON
  step "tests" run_tests "$build/gcc"
  step "clang, warnings as errors" build_in "$build/clang" -DUNETCL_WERROR=ON -DCMAKE_C_COMPILER=clang
  step "build with sanitizers" build_in "$build/sanitize" -DUNETCL_SANITIZE=address,undefined -DCMAKE_BUILD_TYPE=Debug \
    "-DCMAKE_C_FLAGS_DEBUG=-O1 -g1"
  step "tests with sanitizers" run_sanitized "$build/sanitize"
  step "clang-format" check_format
  step "clang-tidy" check_tidy
  step "syntax of the kernels" cmake --build "$build/gcc" --target check_cl
  step "Oclgrind over every kernel" tests/oclgrind.sh "$build/gcc/bin" "$build/oclgrind"
  step "shellcheck" check_scripts
fi

printf '\n%s\n%d passed, %d failed\n' "$summary" "$passed" "$failed"
[ "$failed" -eq 0 ]
