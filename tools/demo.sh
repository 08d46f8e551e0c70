#!/usr/bin/env bash
# Installs what is missing, builds, makes synthetic pictures of metal nuts, trains on them, measures the model on
# pictures it has not seen, marks their defects, and says where everything is.   tools/demo.sh [FOLDER]
set -euo pipefail
cd "$(dirname "$0")/.."

demo=${1:-build/demo}
build=${UNETCL_BUILD_DIR:-build}
started=$SECONDS

say() { printf '\n=== %s\n' "$*"; }

say "What is needed"
tools/setup.sh

say "Building"
cmake -S . -B "$build/demo-build" -G Ninja -DUNETCL_TESTS=OFF >/dev/null
cmake --build "$build/demo-build"
unetcl=$build/demo-build/bin/unetcl

# An earlier demo's results make room; a folder that holds anything else is left alone.
if [ -e "$demo" ] && [ ! -e "$demo/.unetcl-demo" ]; then
  echo "demo: $demo holds something else; name another folder: tools/demo.sh FOLDER" >&2
  exit 2
fi
rm -rf "$demo"
mkdir -p "$demo"
touch "$demo/.unetcl-demo"

say "The device"
"$unetcl" devices

say "Making pictures"
"$unetcl" synth "$demo/nuts" --count 100 --size 192 --seed 1

say "Training"
"$unetcl" train --data "$demo/nuts" --out "$demo/run" --size 128 --epochs 40 --good 20 --seed 1

say "Measuring on pictures that the network has not seen"
"$unetcl" evaluate "$demo/run/best.safetensors" --data "$demo/nuts" --out "$demo/report"

say "Marking defects"
"$unetcl" predict "$demo/run/best.safetensors" "$demo/nuts/test" --out "$demo/marked" | tail -n 1

say "Done in $((SECONDS - started)) s; look at"
echo "  $demo/run/report.html         what the network does with the pictures it has not seen, and how it learned"
echo "  $demo/report/comparison.png   pictures, predictions and true masks in three rows"
echo "  $demo/report/overlay.png      the predictions laid over the pictures"
echo "  $demo/marked/                 a mask, a map and an overlay for every picture, and predictions.csv"
