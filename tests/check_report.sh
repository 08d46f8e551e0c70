#!/bin/sh
# The report's page in Chromium without a window: tests/report_page.js drives it and says what fails; messages on the
# console fail too. Pages of make_report on several screens, then those that the commands write.
#   tests/check_report.sh MAKE_REPORT UNETCL
set -eu
here=$(cd "$(dirname "$0")" && pwd)
absolute() { case $1 in /*) echo "$1" ;; *) echo "$PWD/$1" ;; esac; }
make_report=$(absolute "$1")
unetcl=$(absolute "$2")
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || {
  echo "skipped: Chromium is not installed"
  exit 77
}
work=$(mktemp -d "${TMPDIR:-/tmp}/unetcl-report-XXXXXX")
pid=
trap '[ -z "$pid" ] || kill $pid; rm -rf "$work"' EXIT
cd "$work"
sandbox=
[ "$(id -u)" != 0 ] || sandbox=--no-sandbox # Chromium's own wants another user
failures=0

# drive CASE PAGE [SIZE [OPTION]]: runs the tests of that case on the page in a window of that size. A frame may be smaller
# than Chromium's windows.
drive() {
  size=${3:-1280,900}
  # The tests see faults from the first line on, and run when the page stands.
  awk -v cases="$here/report_cases.js" -v tests="$here/report_page.js" -v name="$1" '
    /^<style>$/ { print "<script>window.faults = []; addEventListener(\"error\", (e) => faults.push(e.message));" \
                        "addEventListener(\"unhandledrejection\", (e) => faults.push(String(e.reason)));</script>" }
    /^<\/body>$/ { print "<script>\nconst testCase = \"" name "\";"
                   while ((getline line < cases) > 0) print line
                   while ((getline line < tests) > 0) print line
                   print "</script>" }
    { print }' "$2" >driven.html
  echo "<!doctype html><body style='margin:0'><iframe src=driven.html style='border:0' width=${size%,*} height=${size#*,}>" >frame.html
  rm -f console
  # shellcheck disable=SC2086 # an option or none
  "$browser" --headless $sandbox --disable-gpu --hide-scrollbars --user-data-dir="$work/profile" --remote-debugging-port=0 \
    --window-size=1300,1000 ${4:-} --enable-logging=stderr "file://$work/frame.html" >console 2>&1 &
  pid=$!
  waited=0
  until grep -qs 'report-test: .* checks \(passed\|failed\)' console || [ $waited -ge 600 ] || ! kill -0 $pid 2>/dev/null; do
    sleep 0.2
    waited=$((waited + 1))
  done
  kill $pid 2>/dev/null || true
  wait $pid 2>/dev/null || true
  pid=
  grep CONSOLE console | sed 's/.*CONSOLE[^"]*"//; s/", source: .*//' >said
  if [ "$(sed 's/report-test: all [0-9]* checks passed.//' said)" = '' ] && [ -s said ]; then
    echo "$1: $(sed 's/^report-test: //' said)"
  else
    failures=$((failures + 1))
    echo "FAILED: $1"
    cat said
    [ -s said ] || tail -n 5 console
  fi
}

HOSTILE=1 "$make_report" evaluation.html 24 96 masks
"$make_report" sample.html 90 128 masks 400000
HOSTILE=1 "$make_report" prediction.html 12 500 none
"$make_report" empty.html 0 64 none
for page in evaluation sample prediction empty; do drive $page $page.html; done
drive phone evaluation.html 390,844
drive landscape evaluation.html 844,390
drive dark evaluation.html 1280,900 --force-dark-mode
drive keyboard evaluation.html

"$unetcl" synth nuts --count 8 --size 96 >/dev/null
network='--size 32 --filters 4,8 --batch 4 --loss dice'
# shellcheck disable=SC2086 # options
{
  "$unetcl" train --data nuts --out run --epochs 3 $network >/dev/null
  "$unetcl" evaluate run/best.safetensors --data nuts --split all --out evaluated >/dev/null 2>&1
  "$unetcl" predict run/best.safetensors nuts/test --out predicted >/dev/null
  "$unetcl" crossval --data nuts --folds 2 --out folds --epochs 3 $network >/dev/null
}
drive train run/report.html
drive evaluate evaluated/report.html
drive crossval folds/report.html
drive predict predicted/report.html
[ "$failures" -eq 0 ]
