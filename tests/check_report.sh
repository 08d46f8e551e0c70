#!/bin/sh
# The report's page in Chromium without a window: tests/report_page.js drives it and says what fails; messages on the
# console fail too.   tests/check_report.sh MAKE_REPORT
set -eu
here=$(cd "$(dirname "$0")" && pwd)
case $1 in /*) make_report=$1 ;; *) make_report=$PWD/$1 ;; esac
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

# drive CASE OPTIONS...: makes a page with these options of make_report and runs the tests of that case on it.
drive() {
  page=$1.html
  shift
  "$make_report" "$page" "$@"
  # The tests see faults from the first line on, and run when the page stands.
  awk -v tests="$here/report_page.js" -v name="${page%.html}" '
    /^<style>$/ { print "<script>window.faults = []; addEventListener(\"error\", (e) => faults.push(e.message));" \
                        "addEventListener(\"unhandledrejection\", (e) => faults.push(String(e.reason)));</script>" }
    /^<\/body>$/ { print "<script>\nconst testCase = \"" name "\";"
                   while ((getline line < tests) > 0) print line
                   print "</script>" }
    { print }' "$page" >"driven-$page"
  # shellcheck disable=SC2086 # an option or none
  "$browser" --headless $sandbox --disable-gpu --user-data-dir="$work/profile" --remote-debugging-port=0 \
    --window-size=1280,900 --enable-logging=stderr "file://$work/driven-$page" >console 2>&1 &
  pid=$!
  waited=0
  until grep -q 'report-test: .* checks \(passed\|failed\)' console || [ $waited -ge 300 ] || ! kill -0 $pid 2>/dev/null; do
    sleep 0.2
    waited=$((waited + 1))
  done
  kill $pid 2>/dev/null || true
  wait $pid 2>/dev/null || true
  pid=
  grep CONSOLE console | sed 's/.*CONSOLE[^"]*"//; s/", source: .*//' >said
  if [ "$(sed 's/report-test: all [0-9]* checks passed.//' said)" = '' ] && [ -s said ]; then
    echo "${page%.html}: $(sed 's/^report-test: //' said)"
  else
    failures=$((failures + 1))
    echo "FAILED: ${page%.html}"
    cat said
    [ -s said ] || tail -n 5 console
  fi
}

HOSTILE=1 drive evaluation 24 96 masks
drive sample 90 128 masks 400000
HOSTILE=1 drive prediction 12 500 none
drive empty 0 64 none
[ "$failures" -eq 0 ]
