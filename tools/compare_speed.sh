#!/usr/bin/env bash
# Times unetcl, PyTorch, Keras and oneDNN on this machine in turn, and prints medians and ratios.
#   tools/compare_speed.sh [--size 256] [--batch 8] [--filters 8,16,32,64,64,128] [--norm none] [--rounds 5] [--runs 3]
# Ratios hold within one run only: machines differ, and their load drifts.
#   UNETCL          the program (build/gcc/bin/unetcl)
#   TORCH_PYTHON    Pythons with PyTorch, separated by spaces (/usr/bin/python3); PyTorch 2 runs compiled, too
#   KERAS_PYTHON    a Python with Keras (python3)
#   PEERS_DEVICE    PyTorch's device (cpu)
# With --norm batch the training step is that of the default recipe, in unetcl and PyTorch; Keras and oneDNN have none.
# What is not installed is skipped, visibly.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
size=256 batch=8 filters=8,16,32,64,64,128 norm=none rounds=5 runs=3
while [ $# -gt 0 ]; do
  case "$1" in
    --size | --batch | --filters | --norm | --rounds | --runs)
      [ $# -gt 1 ] || { echo "compare_speed: $1 needs a value" >&2 && exit 2; }
      declare "${1#--}=$2"
      shift 2
      ;;
    *)
      sed -n '2,3p' "$0" >&2
      exit 2
      ;;
  esac
done
unetcl=${UNETCL:-build/gcc/bin/unetcl}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# Names and commands of the peers, in the order in which they take turns.
names=() commands=()
add() {
  names+=("$1")
  commands+=("$2")
}
skip() { printf 'skipped: %s (%s)\n' "$1" "$2"; }

options="--size $size --batch $batch --filters $filters --runs $runs"
if [ -x "$unetcl" ]; then
  add unetcl "$unetcl bench $options --norm $norm --json"
else
  echo "compare_speed: $unetcl is not there; build it with tools/test.sh, or set UNETCL" >&2
  exit 2
fi
for python in ${TORCH_PYTHON:-/usr/bin/python3}; do
  version=$("$python" -c 'import torch; print(torch.__version__)' 2>/dev/null) || {
    skip "PyTorch" "$python has none; Debian: python3-torch"
    continue
  }
  add "PyTorch $version" "$python tools/peers/torch_step.py $options --norm $norm --device ${PEERS_DEVICE:-cpu}"
  if [ "${version%%.*}" -ge 2 ]; then
    add "PyTorch $version compiled" "$python tools/peers/torch_step.py $options --norm $norm --device ${PEERS_DEVICE:-cpu} --compile"
  else
    skip "PyTorch, compiled" "$version has no torch.compile"
  fi
done
if [ "$norm" != none ]; then
  skip "Keras" "its step has no normalisation"
elif version=$("${KERAS_PYTHON:-python3}" -c 'import keras; print(keras.__version__)' 2>/dev/null); then
  add "Keras $version" "${KERAS_PYTHON:-python3} tools/peers/keras_step.py $options"
else
  skip "Keras" "${KERAS_PYTHON:-python3} has none"
fi
if cc -O2 tools/peers/dnnl_convolutions.c -o "$work/dnnl" -ldnnl 2>"$work/dnnl.log"; then
  add "oneDNN, convolutions alone" "$work/dnnl $size $batch $runs ${filters//,/ }"
else
  skip "oneDNN" "no libdnnl 2.x to build with; Debian: libdnnl-dev"
fi

# "TRAIN INFER": images/s out of what a peer printed.
speeds() {
  awk -v batch="$batch" '
    { gsub(/[",:]/, "") }
    $1 == "train_images_per_s" { train = $2 }
    $1 == "infer_images_per_s" { infer = $2 }
    $1 == "conv_step_ms" { train = 1e3 * batch / $2 }
    $1 == "conv_forward_ms" { infer = 1e3 * batch / $2 }
    $1 == "train_pct_peak" { share = $2 }
    $1 == "infer_pct_peak" { share_infer = $2 }
    END { if (train && infer) print train, infer, share, share_infer }' "$1"
}

for round in $(seq "$rounds"); do
  for i in "${!names[@]}"; do
    printf 'round %d of %d: %s\n' "$round" "$rounds" "${names[$i]}" >&2
    ${commands[$i]} >"$work/out" 2>"$work/err" || { tail -n 3 "$work/err" >&2; }
    speeds "$work/out" >>"$work/$i"
  done
done

# median FILE COLUMN
median() {
  cut -d' ' -f"$2" "$1" | sort -g | awk '{ v[NR] = $1 } END { if (NR) print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'
}

printf '\n%sx%s, batch %s, filters %s, norm %s; medians of %s rounds, images/s; ratio: unetcl to it\n' "$size" "$size" "$batch" \
  "$filters" "$norm" "$rounds"
printf '%-30s%12s%9s%12s%9s\n' '' training ratio inference ratio
ours_train=$(median "$work/0" 1) ours_infer=$(median "$work/0" 2)
for i in "${!names[@]}"; do
  if [ ! -s "$work/$i" ]; then
    printf '%-30s%12s\n' "${names[$i]}" failed
    continue
  fi
  awk -v name="${names[$i]}" -v t="$(median "$work/$i" 1)" -v n="$(median "$work/$i" 2)" -v ot="$ours_train" \
    -v on="$ours_infer" 'BEGIN { printf "%-30s%12.1f%9.2f%12.1f%9.2f\n", name, t, ot / t, n, on / n }'
done
awk -v t="$(median "$work/0" 3)" -v n="$(median "$work/0" 4)" \
  'BEGIN { printf "unetcl, share of the measured peak: training %.1f %%, inference %.1f %%\n", t, n }'
