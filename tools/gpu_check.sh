#!/usr/bin/env bash
# What only a GPU can show, in one call: does its OpenCL driver load, do all tests pass there, how fast is it.
#   tools/gpu_check.sh [BUILD [LIBRARIES]]
# BUILD       a build folder with bin/unetcl and bin/check_*; built here where it is missing
# LIBRARIES   a folder of unpacked Debian packages, for a machine where nothing can be installed
# Test logs and results go to $OUT (gpu-check).
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
build=${1:-build/gcc}
libraries=${2-}
out=${OUT:-gpu-check}
mkdir -p "$out"

if [ -n "$libraries" ]; then
  export LD_LIBRARY_PATH=$libraries/usr/lib/x86_64-linux-gnu:${LD_LIBRARY_PATH-}
fi

# A driver without a registration: NVIDIA's containers bring the library alone.
nvidia=$(ldconfig -p | awk '/libnvidia-opencl\.so\.1/ {print $NF; exit}')
if [ -n "$nvidia" ] && ! grep -qs nvidia /etc/OpenCL/vendors/*.icd; then
  echo "registering $nvidia"
  mkdir -p "$out/vendors"
  echo "$nvidia" >"$out/vendors/nvidia.icd"
  export OCL_ICD_VENDORS=$PWD/$out/vendors
fi

if [ ! -x "$build/bin/unetcl" ]; then
  if ! { cmake -S . -B "$build" -G Ninja && cmake --build "$build"; } >"$out/build.log" 2>&1; then
    tail -n 30 "$out/build.log"
    exit 1
  fi
fi

"$build/bin/unetcl" devices || exit 1

failed=0
for program in "$build"/bin/check_*; do
  name=$(basename "$program")
  if CI=true timeout 300 "$program" >"$out/$name.log" 2>&1; then
    echo "passed  $name"
  else
    echo "FAILED  $name"
    tail -n 5 "$out/$name.log"
    failed=1
  fi
done

for size in "256 8" "256 64" "512 16"; do
  # shellcheck disable=SC2086 # size and batch
  set -- $size
  "$build/bin/unetcl" bench --size "$1" --batch "$2" --json >"$out/bench-$1-$2.json" &&
    "$build/bin/unetcl" bench --size "$1" --batch "$2" --trace "$out/trace-$1-$2.json" | head -n 24
  python3 tools/peers/torch_step.py --size "$1" --batch "$2" --device cuda || true
done

# What building by several threads brings, without NVIDIA's own cache.
for parallel in off on; do
  echo "cold start, UNETCL_PARALLEL_BUILD=$parallel:"
  time CUDA_CACHE_DISABLE=1 UNETCL_PARALLEL_BUILD=$parallel "$build/bin/unetcl" bench --runs 1 >"$out/cold-$parallel.txt"
done

# What the rule leaves to gain, with a tuning table of its own.
mkdir -p "$out/cache"
XDG_CACHE_HOME=$(cd "$out/cache" && pwd)
export XDG_CACHE_HOME
"$build/bin/unetcl" tune --json >"$out/tune.json" && "$build/bin/unetcl" bench --json >"$out/bench-tuned.json" &&
  "$build/bin/unetcl" bench | head -n 24
exit $failed
