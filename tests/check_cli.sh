#!/bin/sh
# The program from end to end: data set, check, training, resuming, evaluation, prediction; then bad inputs, each of
# which must end in one line on standard error, with the exit code of the contract, and leave no half-written file.
#   tests/check_cli.sh PROGRAM
set -u
export UNETCL_TUNING=off # the tables of whoever runs this decide nothing here
case $1 in /*) unetcl=$1 ;; *) unetcl=$PWD/$1 ;; esac
work=$(mktemp -d "${TMPDIR:-/tmp}/unetcl-cli-XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
cases=0 failures=0

fail() {
  failures=$((failures + 1))
  printf 'FAILED: %s\n  %s\n' "$1" "$command"
  sed 's/^/  | /' "$work/err" | tail -n 8
}

# Runs it with what it says in the files out and err.
run() {
  cases=$((cases + 1))
  command=$*
  "$@" >"$work/out" 2>"$work/err" </dev/null
}

# works PATTERN COMMAND...: exit code 0, and standard output has a line like that.
works() {
  pattern=$1
  shift
  run "$@" || fail "exit code $?, not 0"
  grep -q -- "$pattern" out || fail "standard output has no '$pattern'"
}

busy=nothing # a folder that a process in the background writes into

# Checks the end of a run that must fail: exit code, exit code wanted, pattern.
check_refusal() {
  [ "$1" -eq "$2" ] || fail "exit code $1, not $2"
  [ "$(grep -c '^unetcl: error: ' err)" -eq 1 ] || fail "not one line with the error"
  tail -n 1 err | grep -q "^unetcl: error: .*$3" || fail "the last line is no error with '$3'"
  half=$(find . -path "./$busy" -prune -o -name '*.tmp*' -print | head -n 1)
  [ -z "$half" ] || fail "half-written: $half"
  [ ! -e new ] || fail "an output folder is left: $(find new)"
  rm -rf new
}

# refused CODE PATTERN COMMAND...: outputs go to new, which must not be there afterwards.
refused() {
  code=$1 pattern=$2
  shift 2
  run "$@"
  check_refusal $? "$code" "$pattern"
}

# Standard output that cannot be written.
refused_output() {
  cases=$((cases + 1))
  command="$* > full, closed, or a pipe that nobody reads"
  : >err
  "$@" >/dev/full 2>err </dev/null
  check_refusal $? 5 'standard output'
  "$@" >&- 2>err </dev/null
  check_refusal $? 5 'standard output'
  { sleep 1; "$@" 2>err; echo $? >code; } </dev/null | true
  check_refusal "$(cat code)" 5 'standard output was closed by its reader'
}

# With room for so many blocks of 512 bytes in each file, as on a disk that is full.
in_little_room() {
  (
    trap '' XFSZ
    ulimit -f "$1"
    shift
    exec "$@"
  )
}

# exists FILE...
exists() {
  for file in "$@"; do [ -s "$file" ] || fail "$file is missing or empty"; done
}

if ! "$unetcl" devices >out 2>err && [ -z "${CI-}" ]; then
  cat err
  exit 77
fi

# says KEY...: the JSON object has them all.
says() {
  for key in "$@"; do grep -q "\"$key\":" out || fail "the object lacks $key"; done
}

# --- what must work ---------------------------------------------------------------------------------------------------

small='--size 64 --filters 4,8 --batch 4 --seed 3'
works 'usage: unetcl COMMAND' "$unetcl" --help
works '^unetcl [0-9]' "$unetcl" --version
for name in devices synth check train crossval evaluate predict summary bench tune; do
  works "usage: unetcl $name" "$unetcl" $name --help
done
works '(default)' "$unetcl" devices
works '^parameters: 600729 ' "$unetcl" summary
works '12 images with a defect' "$unetcl" synth nuts --count 12 --size 64
works 'no problems' "$unetcl" check --data nuts
grep -q '^pictures of 64 x 64' out || fail 'the sizes are not told'
works 'no problems, 1 warning' "$unetcl" check --data nuts --size 4
# shellcheck disable=SC2086 # several options
works 'epoch 2/2' "$unetcl" train --data nuts --out run --epochs 2 $small
exists run/best.safetensors run/last.safetensors run/config.json run/split.json run/figures/comparison.png \
  run/figures/overlay.png run/report.html
[ "$(wc -l <run/log.csv)" -eq 3 ] || fail 'log.csv has not 3 lines'
held_out=$(sed -n 's/^held-out dice: \([0-9.]*\) over .*/\1/p' out)
wrong=$(grep '^verdicts: ' out)
grep -q 'epoch 2/2 .* soft dice .* soft dice' out || fail 'the dice of an epoch is not called soft'
grep -q '^its threshold is 0.5, which was not chosen' out || fail 'the threshold is not told'
works "^all  *[0-9]* *$held_out " "$unetcl" evaluate run/best.safetensors --data nuts
grep -qxF "$wrong" out || fail 'train and evaluate tell other verdicts'
model=run/best.safetensors
works 'epoch 3/3' "$unetcl" train --resume --out run --epochs 3
works 'all of its 3 epochs' "$unetcl" train --resume --out run
works '^parameters: 1717 ' "$unetcl" summary $model
works '^all ' "$unetcl" evaluate $model --data nuts --out report
exists report/comparison.png report/overlay.png report/report.html
works '^all ' "$unetcl" evaluate $model --data nuts --out report
works '"dice":' "$unetcl" evaluate $model --data nuts --split all --json
says dice_mean iou precision recall threshold images per_type bent color flip scratch good pixel_auroc image_auroc aupro \
  average_precision calibration_error calibration per_image verdict score missed false_alarms
works 'dice of a type' "$unetcl" evaluate $model --data nuts --compare run/last.safetensors
works '"other":' "$unetcl" evaluate $model --data nuts --split train --json --compare run/last.safetensors
works 'tables are in marked' "$unetcl" predict $model nuts/test/bent --out marked
works '000_augmented.png shows' "$unetcl" augment nuts/test/bent/000.png --size 64 --count 3 \
  --mask nuts/ground_truth/bent/000_mask.png --out sheets
[ -s sheets/000_augmented.png ] || fail "no contact sheet"
# What is shown is what train does unless told otherwise, and with --tile the windows.
for what in '--out sheets/light --augment light' '--out sheets/tiles --tile'; do
  # shellcheck disable=SC2086 # several options
  works '000_augmented.png shows' "$unetcl" augment nuts/test/bent/000.png --size 32 --count 3 $what
done
works '000_augmented.png shows' "$unetcl" augment nuts/test/bent/000.png --size 32 --count 3 --out sheets
cmp -s sheets/000_augmented.png sheets/light/000_augmented.png || fail 'the default is not light'
! cmp -s sheets/000_augmented.png sheets/tiles/000_augmented.png || fail '--tile shows no windows'
works 'what the following are unless given \[light\]' "$unetcl" train --help
exists marked/000_mask.png marked/001_mask.png marked/001_prob.png marked/001_overlay.png
[ "$(wc -l <marked/predictions.csv)" -gt 3 ] || fail 'predictions.csv has too few lines'
exists marked/regions.csv marked/predictions.json marked/report.html
mkdir mixed && cp -r marked nuts mixed
works ' of 21 images are NG' "$unetcl" predict $model mixed --out marked_mixed
grep -q '^note: 1 folder of earlier results skipped' err || fail 'the results skipped are not told'
grep -q '^note: 1 folder of masks' err || fail 'the masks skipped are not told'
rm -r mixed marked_mixed
works ' of 1 images are NG' "$unetcl" predict $model nuts/test/bent/000.png --threshold 0 --out all
grep -q ',NG,1,[01]\.[0-9]*,0,0,64,64$' all/predictions.csv || fail 'threshold 0 leaves pixels out'
works '"verdict": "OK"' "$unetcl" predict $model nuts/test/bent/000.png --threshold 0 --min-area 4097 --out all --json
cmp -s out all/predictions.json || fail 'standard output is not predictions.json'
says threshold min_area images image defect_pixels defect_share max_probability score regions
folds='--folds 2 --size 32 --filters 4,8 --batch 4 --epochs 1'
# shellcheck disable=SC2086 # several options
works '^+- deviation' "$unetcl" crossval --data nuts --out cv $folds
exists cv/config.json cv/fold-1.json cv/fold-2/best.safetensors cv/maps/test/bent/000.png_prob.png cv/crossval.json \
  cv/report.html cv/fold-1/report.html
[ "$(wc -l <cv/out_of_fold.csv)" -eq 16 ] || fail 'out_of_fold.csv has not 16 lines'
final=$(sed -n "s,^  unetcl train ,$unetcl train --out final ,p" out)
works 'its threshold is .*, as given' sh -c "$final"
grep -q '^12 images to train on, ' out || fail 'the final model is not trained on all images'
rm cv/maps/test/bent/000.png_prob.png
mv cv/crossval.json whole_crossval.json
works '"deviation":' "$unetcl" crossval --resume --out cv --json
says dice aupro image_auroc per_type per_image folds fold mean threshold final_threshold
grep -q '^fold 1 of 2' err || fail 'with --json there is no progress on standard error'
cmp -s out whole_crossval.json || fail 'the resumed crossval.json is another one'
cmp -s out cv/crossval.json || fail 'standard output is not crossval.json'
# shellcheck disable=SC2086 # several options
works 'epoch 1/1' "$unetcl" train --data nuts --out tiles --epochs 1 $small --size 32 --tile
works '^all ' "$unetcl" evaluate tiles/best.safetensors --data nuts --tta
works ' of 1 images are ' "$unetcl" predict tiles/best.safetensors nuts/test/bent/000.png --tta --out marked_tiles
refused 2 'tile' "$unetcl" predict $model nuts/test/bent/000.png --tile --out new
works '^batch_norm ' "$unetcl" bench --size 32 --filters 4,8 --batch 1 --runs 1 --norm batch
works '"device":' "$unetcl" bench --size 32 --filters 4,8 --batch 1 --runs 1 --json
says peak_gflops train_images_per_s train_pct_peak infer_images_per_s infer_pct_peak ops name algorithm ms gflops \
  gb_per_s limit limit_pct launches step_ms gap_ms gap_pct train_memory_bytes train_unshared_bytes \
  infer_memory_bytes infer_unshared_bytes
works 'the timeline is in trace.json' "$unetcl" bench --size 32 --filters 4,8 --batch 1 --runs 2 --layers \
  --trace trace.json
grep -q '^dec1.up conv_transpose_weight_grad 8x16x16  [a-z]* .* % [cm]' out || fail 'no line for an up-sampling'
grep -q '^{"traceEvents":\[{.*"name":"enc1.conv1 conv2d 3x32x32".*"ph":"X".*}\].*}$' trace.json ||
  fail 'trace.json is no timeline'

# --- tuning -----------------------------------------------------------------------------------------------------------

# tuned COMMAND...: with a tuning table, in the user's cache; PoCL keeps its kernels there, too, and finds them again.
kernels=${POCL_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/pocl/kcache}
tuned() { env -u UNETCL_TUNING XDG_CACHE_HOME="$work/cache" POCL_CACHE_DIR="$kernels" "$@"; }

tiny='--size 32 --filters 4,8 --batch 2'
# shellcheck disable=SC2086 # several options
works "the tuning table is $work/cache/unetcl/" tuned "$unetcl" tune $tiny
grep -q '^conv2d n2 3->4 32x32 k3 elu .* ms' out || fail 'no line for the first layer'
# shellcheck disable=SC2086
works '"nodes":' tuned "$unetcl" tune $tiny --batch 1 --json
says device table node algorithm rule candidates state ms error
table=$(echo cache/unetcl/*.json)
# PoCL's programs are kept as binaries.
if "$unetcl" devices | grep -q 'Portable Computing Language'; then
  ls cache/unetcl/programs/*.bin >/dev/null || fail 'no program was kept'
fi
for key in 'conv2d n2 3->4' 'conv2d n1 3->4' 'conv2d_weight_grad n2' 'conv2d_weight_grad n1' 'conv2d n1 4->1 32x32 k1 sigmoid'; do
  grep -q "$key" "$table" || fail "the table lacks $key"
done
works 'the tuning table is' tuned "$unetcl" train --tune --data nuts --out tuned_run --epochs 1 --size 32 \
  --filters 4,8 --batch 4
grep -q 'conv2d n4 3->4' "$table" || fail 'train --tune added nothing to the table'
# What the table says is done; what cannot be read is not there; UNETCL_TUNING=off leaves it aside.
sed -i 's/"algorithm": "[a-z]*"/"algorithm": "naive"/' "$table"
# shellcheck disable=SC2086
works '"algorithm": "naive"' tuned "$unetcl" bench $tiny --runs 1 --json
! grep -q '"algorithm": "[^n]' out || fail 'the table is not followed'
# shellcheck disable=SC2086
works '"algorithm":' tuned env UNETCL_TUNING=off "$unetcl" bench $tiny --runs 1 --json
! grep -q '"algorithm": "naive"' out || fail 'UNETCL_TUNING=off does not leave the table aside'
cp "$table" whole_table && head -c 300 whole_table >"$table"
# shellcheck disable=SC2086
works '"algorithm":' tuned "$unetcl" bench $tiny --runs 1 --json
! grep -q '"algorithm": "naive"' out || fail 'a table cut short is followed'
cp whole_table "$table"

# --- wrong usage ------------------------------------------------------------------------------------------------------

refused 2 'a command is missing' "$unetcl"
refused 2 'did you mean train' "$unetcl" trian
refused 2 'did you mean tune' "$unetcl" tuna
refused 2 'UNETCL_TUNING=off' "$unetcl" tune
refused 2 'exclude each other' "$unetcl" train --resume --tune --out run
refused 2 'did you mean --epochs' "$unetcl" train --data nuts --epoch 3
refused 2 'needs a value' "$unetcl" train --data
refused 2 'out of range' "$unetcl" train --data nuts --batch 0
refused 2 'not a whole number' "$unetcl" train --data nuts --size 64.5
refused 2 'not a number' "$unetcl" train --data nuts --lr nan
refused 2 'out of range' "$unetcl" train --data nuts --val 1.5
refused 2 '64' "$unetcl" train --data nuts --size 65 --out new
refused 2 'filters' "$unetcl" train --data nuts --filters 8,x --out new
refused 2 'filters' "$unetcl" summary --filters 8,-16
refused 2 'channels' "$unetcl" summary --channels 2
refused 2 'no data' "$unetcl" train --out new
refused 2 'exclude each other' "$unetcl" check --data nuts --images nuts
refused 2 '--masks' "$unetcl" check --images nuts
refused 2 'one argument too many' "$unetcl" evaluate $model other --data nuts
refused 2 'argument is missing' "$unetcl" predict $model
refused 2 'give --select' "$unetcl" train --data nuts --out new --target-recall 0.9
refused 2 'give --select' "$unetcl" train --data nuts --out new --target-recall 0.9 --device no_such_device
refused 2 'give --select' "$unetcl" crossval --data nuts --out new --patience 3 --device no_such_device
refused 2 'excludes --target-recall' "$unetcl" train --data nuts --out new --select 0.2 --target-recall 0.9 --threshold 0.2
refused 2 'exclude each other' "$unetcl" train --data nuts --out new --select 0.2 --target-recall 0.9 --target-false-alarms 0.1
refused 2 'val, train or all' "$unetcl" evaluate $model --data nuts --split test
refused 2 'holds a run' "$unetcl" train --data nuts --out run
for what in "evaluate $model" train 'crossval --folds 2'; do
  # shellcheck disable=SC2086 # several words
  refused 2 'would go among the pictures' "$unetcl" $what --data nuts --out nuts/test/bent
  # shellcheck disable=SC2086
  refused 2 'already holds something' "$unetcl" $what --data nuts --out nuts
done
refused 2 'would go among the pictures' "$unetcl" train --data nuts --out nuts/test/bent --overwrite
refused 2 'would go among the pictures' "$unetcl" evaluate $model --data nuts --out marked
[ "$(find nuts -type f -newer $model | wc -l)" -eq 0 ] || fail 'something was written into the data set'
refused 2 'none, light or strong' "$unetcl" train --data nuts --augment heavy --out new
refused 2 'rotate 200 makes no sense' "$unetcl" train --data nuts --rotate 200 --out new
refused 2 'none, light or strong' "$unetcl" augment nuts/test/bent/000.png --augment heavy --out new
refused 2 'channels 2 makes no sense' "$unetcl" augment nuts/test/bent/000.png --channels 2 --out new
refused 2 'would go among the pictures' "$unetcl" augment nuts/test/bent/000.png --out nuts/test/bent
refused 3 'missing.png' "$unetcl" augment missing.png --out new
refused 2 'batch' "$unetcl" train --resume --out run --batch 2
refused 2 'out of range' "$unetcl" crossval --data nuts --folds 1 --out new
refused 2 'images of type' "$unetcl" crossval --data nuts --folds 4 --out new
refused 2 'unknown option --val' "$unetcl" crossval --data nuts --val 0.2 --out new
refused 2 'holds a run' "$unetcl" crossval --data nuts --folds 2 --out cv
refused 2 'holds a run of train' "$unetcl" crossval --data nuts --folds 2 --out run --overwrite
refused 2 'no_such_folder: there is nothing to resume' "$unetcl" crossval --resume --out no_such_folder
refused 2 'no_such_folder: there is nothing to resume' "$unetcl" train --resume --out no_such_folder
refused 2 'crossval --resume' "$unetcl" train --resume --out cv
refused 2 'has 3 epochs already' "$unetcl" train --resume --out run --epochs 2
refused 2 '--folds is 3' "$unetcl" crossval --resume --out cv --folds 3
refused 2 '--lr is' "$unetcl" crossval --resume --out cv --lr 0.1
refused 2 'bent/00..png is named twice' "$unetcl" predict $model nuts/test/bent nuts/test/bent/ --out new
refused 2 'before nuts/test, the model' "$unetcl" predict nuts/test --out new
refused 2 'after .*, the pictures' "$unetcl" predict $model
refused 2 'did you mean --out' "$unetcl" predict $model nuts/test --output new
refused 2 'use 1 to 16384' "$unetcl" train --data nuts --size -64 --out new
refused 2 'use a number above 0' "$unetcl" train --data nuts --lr 0 --out new
refused 2 '20 % is 0.2' "$unetcl" train --data nuts --val 20 --out new
refused 2 'would both be written' "$unetcl" predict $model nuts/test/bent nuts/test/color --out new

# --- bad input: models ------------------------------------------------------------------------------------------------

size=$(wc -c <$model)
: >empty
printf 'a line of text\n' >text
head -c $((size / 2)) $model >half
head -c 7 $model >stub
{ printf '\377\377\377\377\377\377\377\177' && tail -c +9 $model; } >long_header
{ head -c $((size - 100)) $model && printf 'damage' && tail -c 94 $model; } >damaged
cat $model text >longer
for file in empty text half stub long_header damaged longer nuts/test/bent/000.png run no_such_file; do
  refused 3 "$file" "$unetcl" predict $file nuts/test/bent/000.png --out new
done
refused 3 'did you mean run/best.safetensors' "$unetcl" evaluate run --data nuts
refused 3 'MODEL comes first' "$unetcl" evaluate run/config.json --data nuts
refused 3 'MODEL comes first' "$unetcl" predict nuts/test/bent/000.png $model --out new
refused 3 half "$unetcl" evaluate half --data nuts --out new
refused 3 empty "$unetcl" summary empty
cp -r run cut_run && head -c 2000 run/last.safetensors >cut_run/last.safetensors
refused 3 'cut_run/last.safetensors' "$unetcl" train --resume --out cut_run --epochs 4
cp -r run odd_run && printf '{"epochs": ' >odd_run/config.json
refused 3 'odd_run/config.json' "$unetcl" train --resume --out odd_run
refused 3 'run/config.json' "$unetcl" crossval --resume --out run

# --- bad input: pictures and data sets --------------------------------------------------------------------------------

mkdir no_pictures
refused 3 'no_such_folder' "$unetcl" train --data no_such_folder --out new
refused 3 'no_pictures' "$unetcl" check --data no_pictures
refused 3 'two.*lines' "$unetcl" check --data "$(printf 'two\nlines')"
refused 3 'text' "$unetcl" check --data text
refused 3 'category' "$unetcl" check --data .
refused 3 'screw' "$unetcl" check --data . --category screw
refused 3 'problem' "$unetcl" train --data nuts --defects bent,rust --out new
grep -q 'no defect type "rust"' err || fail 'the unknown type is not named'
refused 3 'run' "$unetcl" evaluate $model --data run
refused 3 'no_pictures' "$unetcl" predict $model no_pictures --out new
refused 3 'no_such_file.png' "$unetcl" predict $model no_such_file.png --out new

# broken NAME: a fresh copy of the data set in the folder bad.
broken() { rm -rf bad && cp -r nuts bad; }
"$unetcl" synth small_nuts --count 12 --size 32 >out 2>err || fail 'no second data set'
image=bad/test/bent/000.png mask=bad/ground_truth/bent/000_mask.png
broken && rm $mask
refused 3 'problem' "$unetcl" train --data bad --out new
broken && cp small_nuts/ground_truth/bent/000_mask.png $mask
refused 3 'problem' "$unetcl" train --data bad --out new
grep -q '000_mask.png is 32 x 32' err || fail 'the mask and its size are not named'
broken && cp $image $mask
refused 3 'problem' "$unetcl" check --data bad
broken && cp $mask bad/ground_truth/bent/000.png
refused 3 'problem' "$unetcl" check --data bad
broken && head -c 600 nuts/test/bent/000.png >$image && : >bad/test/color/000.png && cp text bad/test/flip/000.png
refused 3 'problem' "$unetcl" check --data bad
for name in bent color flip; do
  grep -q "$name/000.png" err || fail "the problem of $name/000.png is not told"
done
refused 3 'problem' "$unetcl" train --data bad --out new
refused 3 'problem' "$unetcl" crossval --data bad --folds 2 --out new
refused 3 'problem' "$unetcl" evaluate $model --data bad --split all --out new
refused 3 'nuts' "$unetcl" evaluate $model --images nuts/test/bent --masks nuts/ground_truth/bent

# A column counts characters, not bytes.
mkdir -p umlauts/ground_truth && cp -r nuts/test umlauts/test && mv umlauts/test/bent umlauts/test/größe
cp -r nuts/ground_truth/bent umlauts/ground_truth/größe
works 'no problems' "$unetcl" check --data umlauts --defects größe
sed 's/ö/oe/; s/ß/s/' out | grep -q '^groese           labelled ' || fail 'the column of types is moved by umlauts'

# What can be read is still predicted.
run "$unetcl" predict $model bad/test --out partly
check_refusal $? 3 '3 pictures could not be read'
exists partly/bent/001_mask.png partly/predictions.csv
[ ! -e partly/bent/000_mask.png ] || fail 'an unreadable image has a mask'

# Only what is measured must be there.
broken
for trained in $(sed -n '/"train"/,/]/s/^ *"\(test.*\)",*$/\1/p' run/split.json | head -n 2); do
  rm "bad/$trained" "bad/$(echo "$trained" | sed 's,^test,ground_truth,; s,[.]png$,_mask.png,')"
done
works '^all ' "$unetcl" evaluate $model --data bad
grep -q '^note: 2 images of the model.s split' err || fail 'the missing images are not told'
refused 3 'in "train" is not in the data set bad; give' "$unetcl" evaluate $model --data bad --split train
refused 3 'is not in the data set nuts or not chosen by --defects' "$unetcl" evaluate $model --data nuts \
  --defects bent
# shellcheck disable=SC2086 # several options
works 'epoch 1/1' "$unetcl" train --data nuts --mask-threshold 100 --out grey --epochs 1 $small
grep -q '"mask_threshold":"100"' grey/best.safetensors || fail 'the model does not hold the mask threshold'

# What makes a bad model is told before it is trained; what makes none is refused.
works '^warning: made 8 x 8, half of the defects are narrower' "$unetcl" train --data nuts --out thin --epochs 1 --size 8 \
  --filters 4,8
grep -q '^pictures of 64 x 64 pixels' out || fail 'train does not tell the sizes'
refused 3 'no image has a defect.*--mask-threshold 255; lower it' "$unetcl" train --data nuts --mask-threshold 255 --out new
mkdir -p only_good/test && cp -r nuts/test/good only_good/test && cp -r nuts/train only_good
refused 3 'no image with a defect under test/' "$unetcl" train --data only_good --out new
refused 3 'problem' "$unetcl" check --data only_good

printf '{"train": ["test/bent/000.png"], "val": ["test/bent/none.png"]}' >unknown.json
printf '{"train": ["test/bent/000.png"], "val": ["test/bent/000.png"]}' >twice.json
for file in text unknown.json twice.json no_such_file; do
  refused 3 "$file" "$unetcl" train --data nuts --split-file $file --out new
done

# --- devices ----------------------------------------------------------------------------------------------------------

refused 4 '99' "$unetcl" bench --device 99
refused 2 'winogard' "$unetcl" bench --algorithm winogard
refused 4 'no_such_device' "$unetcl" predict $model nuts/test --device no_such_device --out new
refused 4 'no_such_platform' "$unetcl" train --data nuts --platform no_such_platform --out new
refused 4 'no_such_device' env UNETCL_DEVICE=no_such_device "$unetcl" evaluate $model --data nuts
refused 4 'OpenCL' env OCL_ICD_VENDORS="$work/no_pictures" "$unetcl" devices
refused 4 'OpenCL' env OCL_ICD_VENDORS="$work/no_pictures" "$unetcl" train --data nuts --out new
mkdir cl && for file in common conv2d; do printf 'this is no OpenCL\n' >cl/$file.cl; done
refused 4 'does not build' env UNETCL_CL_DIR="$work/cl" "$unetcl" predict $model nuts/test --out new
grep -q '1 | this is no OpenCL' err || fail 'the numbered source is not shown'

# --- memory, disk, output ---------------------------------------------------------------------------------------------

refused 5 'MB' "$unetcl" train --data nuts --size 16384 --batch 4096 --out new
refused 5 'text' "$unetcl" predict $model nuts/test --out text/new
refused 5 'text' "$unetcl" train --data nuts --out text/new
refused 5 'text' "$unetcl" crossval --data nuts --folds 2 --out text/new
refused 5 'text' "$unetcl" synth text
refused 5 'nuts' "$unetcl" synth nuts
refused 5 'text' "$unetcl" evaluate $model --data nuts --out text
refused 5 '/proc' "$unetcl" synth /proc/nuts
# Told before anything is measured, which would take hours here.
refused 5 'text/trace.json' timeout 60 "$unetcl" bench --runs 10000 --trace text/trace.json
refused 5 'no_pictures' timeout 60 "$unetcl" bench --runs 10000 --trace no_pictures
refused 5 'cannot be written (File too large)' in_little_room 8 "$unetcl" synth new --count 4 --size 64
# (The OpenCL implementation needs room for its own files.)
wide='--size 64 --filters 16,32,64 --batch 4'
# shellcheck disable=SC2086 # several options
refused 5 'cannot be written' in_little_room 2000 "$unetcl" train --data nuts --out new --epochs 1 $wide
"$unetcl" synth large --count 1 --size 2048 >out 2>err || fail 'no large picture'
refused 5 'cannot be written' in_little_room 2000 "$unetcl" predict $model large/test/good/000.png --out cut
refused 5 'text' env -u UNETCL_TUNING XDG_CACHE_HOME="$work/text" POCL_CACHE_DIR="$kernels" "$unetcl" tune
refused 5 '/proc' env -u UNETCL_TUNING XDG_CACHE_HOME=/proc POCL_CACHE_DIR="$kernels" "$unetcl" tune
refused 5 'XDG_CACHE_HOME or HOME' env -u UNETCL_TUNING -u XDG_CACHE_HOME -u HOME POCL_CACHE_DIR="$kernels" \
  "$unetcl" tune
refused_output "$unetcl" devices
refused_output "$unetcl" summary
refused_output "$unetcl" check --data nuts
refused_output "$unetcl" evaluate $model --data nuts --json
refused_output "$unetcl" --help

# --- interrupted ------------------------------------------------------------------------------------------------------

# wait_for FILE: a minute at most.
wait_for() {
  for _ in $(seq 600); do
    [ -s "$1" ] && return
    sleep 0.1
  done
  fail "$1 does not come"
}

for signal in INT TERM; do
  cases=$((cases + 1))
  command="train, with SIG$signal after the first epoch"
  # shellcheck disable=SC2086 # several options
  "$unetcl" train --data nuts --out stopped --epochs 100000 $small >train_out 2>train_err &
  wait_for stopped/last.safetensors
  busy=stopped
  refused 5 'stopped' "$unetcl" train --resume --out stopped
  busy=nothing
  command="train, with SIG$signal after the first epoch"
  kill -s $signal $!
  wait $!
  status=$?
  cp train_err err
  check_refusal $status 130 'interrupted'
  works '^parameters: 1717 ' "$unetcl" summary stopped/best.safetensors
  rm -rf stopped
done

cases=$((cases + 1))
command='crossval, with SIGINT after the first epoch'
# shellcheck disable=SC2086 # several options
"$unetcl" crossval --data nuts --out stopped --folds 2 --epochs 100000 $small >train_out 2>train_err &
wait_for stopped/fold-1/last.safetensors
kill -s INT $!
wait $!
status=$?
cp train_err err
check_refusal $status 130 'in fold 1 of 2; go on with unetcl crossval --resume --out stopped$'
exists stopped/config.json stopped/fold-1/last.safetensors
rm -rf stopped

cases=$((cases + 1))
command='tune, with SIGINT after the first node'
env -u UNETCL_TUNING XDG_CACHE_HOME="$work/cache" POCL_CACHE_DIR="$kernels" "$unetcl" tune --size 512 >tune_out 2>err &
for _ in $(seq 600); do
  grep -qs ' ms' tune_out && break
  sleep 0.1
done
kill -s INT $!
wait $!
check_refusal $? 130 'interrupted'
cmp -s "$table" whole_table || fail 'an interrupted tune changed the table'

echo "$cases runs, $failures failures"
[ $failures -eq 0 ]
