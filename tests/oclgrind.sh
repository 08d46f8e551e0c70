#!/usr/bin/env bash
# Runs every kernel at tiny sizes under Oclgrind, an interpreter that sees races, reads of memory that nobody
# wrote, and wrong calls of the API.   tests/oclgrind.sh PROGRAMS_FOLDER LOG_FOLDER
#
# Oclgrind 21.10 does not know two instructions that newer compilers emit: "restrict" is taken away for one, and
# the uninitialised pass runs without optimisation for the other. That pass leaves out maxpool and segmentation_loss,
# where it takes inputs that the host wrote for unwritten ones, and the algorithms whose __local arguments make it take
# other memory for unwritten from then on.
set -uo pipefail
programs=$1 logs=$2
mkdir -p "$logs"
failed=0

# watch NAME PROGRAM CASE BUILD_OPTIONS OCLGRIND_OPTIONS...
watch() {
  local log="$logs/$1.log" name=$1 program=$2 case=$3 options=$4
  shift 4
  rm -f "$log"
  if CI=true CK_FORK=no CK_RUN_CASE="$case" oclgrind --build-options "$options" "$@" --log "$log" \
    "$programs/$program" >"$logs/$name.out" 2>&1 && [ ! -s "$log" ]; then
    echo "$name: clean"
  else
    echo "$name: FAILED"
    head -n 30 "$log" 2>/dev/null
    tail -n 5 "$logs/$name.out"
    failed=1
  fi
}

for op in adam batch_norm segmentation_loss conv2d conv_transpose elementwise maxpool; do
  with_local=winograd
  [ $op != conv_transpose ] || with_local=vector
  watch "$op-races" "check_op_$op" tiny "-Drestrict=" --data-races --check-api
  [ $op = maxpool ] || [ $op = segmentation_loss ] ||
    UNET_TEST_SKIP=$with_local watch "$op-uninitialized" "check_op_$op" tiny "-Drestrict= -cl-opt-disable" --uninitialized
done
watch conv2d_then_conv_transpose-races check_op_conv2d tiny_pair "-Drestrict=" --data-races --check-api
watch augment-races check_augment tiny "-Drestrict=" --data-races --check-api
watch peak-races check_bench tiny "-Drestrict=" --data-races --check-api
exit $failed
