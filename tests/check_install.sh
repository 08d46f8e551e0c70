#!/bin/sh
# Installs into a folder of its own and builds and runs tests/install/predict_frame.c against what is there: with CMake
# (shared and static) and with pkg-config.    tests/check_install.sh BUILD_FOLDER C_COMPILER C_FLAGS
set -eu
export UNETCL_TUNING=off # the tables of whoever runs this decide nothing here
build=$1 compiler=$2 flags=$3
source=$(cd "$(dirname "$0")" && pwd)/install
work=$build/install-test
root=$work/root
# A sanitized library looks for leaks in the example, too, and finds those of the OpenCL implementation.
export ASAN_OPTIONS=detect_leaks=0

if ! "$build/bin/unetcl" devices >/dev/null && [ -z "${CI-}" ]; then exit 77; fi

rm -rf "$work"
mkdir -p "$work"
cmake --install "$build" --prefix "$root" >"$work/install.log"
for file in bin/unetcl include/unetcl/unetcl.h include/unetcl/status.h; do
  [ -f "$root/$file" ] || { echo "$file is not installed" && exit 1; }
done
if grep -r "$build" "$root" --include='*.cmake' --include='*.pc' | grep -v "$root"; then
  echo "installed files name the build folder" && exit 1
fi

# The model comes from the installed program.
"$root/bin/unetcl" synth "$work/nuts" --count 8 --size 32
"$root/bin/unetcl" train --data "$work/nuts" --out "$work/run" --size 32 --filters 4,8 --epochs 1 --batch 2

wants_marks() { "$@" "$work/run/best.safetensors" | tee "$work/said" && grep -q 'of 307200 pixels are defect' "$work/said"; }

cmake -S "$source" -B "$work/cmake" -DCMAKE_PREFIX_PATH="$root" -DCMAKE_C_COMPILER="$compiler" \
  -DCMAKE_C_FLAGS="$flags" >"$work/cmake.log"
cmake --build "$work/cmake" >>"$work/cmake.log"
wants_marks "$work/cmake/predict_frame_unetcl"
wants_marks "$work/cmake/predict_frame_unetcl_static"

package=$(dirname "$(find "$root" -name unetcl.pc)")
export PKG_CONFIG_PATH="$package"
# shellcheck disable=SC2046,SC2086 # the words are options of the compiler
"$compiler" $flags "$source/predict_frame.c" -o "$work/predict_frame" $(pkg-config --cflags --libs unetcl)
LD_LIBRARY_PATH=$(pkg-config --variable=libdir unetcl)
export LD_LIBRARY_PATH
wants_marks "$work/predict_frame"
