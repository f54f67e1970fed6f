#!/bin/sh
# Finds the orders and sizes of sweeps/orders again, as docs/src/findings.md tells: on images
# of training, never on those that results are reported on.
#
#   scripts/find-orders.sh [FOLDER]
#
# Needs orders-cli with all features, fashion/train.safetensors of 'data prepare', and
# Python 3 with NumPy for the covariance. Works in FOLDER (found if not given). Takes about
# 40 minutes on two cores, nearly all of it asking the model.
set -eu

folder=${1:-found}
tokens=$PWD/fashion/train.safetensors
mkdir -p "$folder"
cd "$folder"

# The training images in 16x16 cells, with noise of one grey level, so that the border, which
# is always black, has a variance.
python3 - <<'EOF'
import gzip, numpy as np

pixels = np.frombuffer(gzip.open("/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz").read(), np.uint8, offset=16)
cells = np.pad(pixels.reshape(-1, 28, 28), ((0, 0), (2, 2), (2, 2))).reshape(-1, 16, 2, 16, 2).mean((2, 4), dtype=np.float32)
np.save("fashion16.npy", cells + np.random.default_rng(0).normal(size=cells.shape).astype(np.float32))
EOF

# Order and sizes in turn, until neither gains: STEPS SEED.
joint() {
    field="--field fashion16.npy --rounds 400 --seed $2 --force"
    orders-cli optimize order --grid 16x16 --steps "$1" $field --out "joint-$1-$2-0.json"
    for turn in 1 2 3 4 5 6; do
        before="joint-$1-$2-$((turn - 1)).json"
        sizes=$(orders-cli optimize sizes --orders "$before" --steps "$1" --field fashion16.npy)
        orders-cli optimize order --grid 16x16 --group-sizes "$sizes" $field --start "$before" --out "joint-$1-$2-$turn.json"
    done
}

# What the model says of the images of training under an order: FILE IMAGES [SIZES].
score() {
    orders-cli score --model nano --tokens "$tokens" --limit "$2" --orders "$1" ${3:+--group-sizes "$3"}
}

joint 8 0
joint 8 1
joint 8 2
for seed in 0 1 2; do
    score "joint-8-$seed-6.json" 500
done
joint 20 0

# Halton orders that are rolled, and rolled and scrambled, one cell at a time.
ones=$(python3 -c "print(','.join(['1'] * 256))")
gen="orders-cli gen --grid 16x16 --group-sizes $ones --force"
$gen --method halton,roll=true --num 52 --out rolled.json
$gen --method halton,roll=true,scramble=true --num 42 --out scrambled.json
python3 - <<'EOF'
import json

for name in "rolled", "scrambled":
    for index, order in enumerate(json.load(open(f"{name}.json"))):
        json.dump([order], open(f"{name}-{index}.json", "w"))
EOF
for order in rolled-*.json scrambled-*.json; do
    echo "$order $(score "$order" 300 "$ones")"
done
# The best ones of these again, of which scrambled-23 is the best.
for order in scrambled-13 rolled-45 scrambled-23 rolled-5; do
    echo "$order $(score "$order.json" 1000 "$ones")"
done

curve="orders-cli curve --model nano --tokens $tokens --limit 200 --force"
$curve --method halton --out halton-curve.json
$curve --orders scrambled-23.json --out chosen-curve.json
for steps in 8 12 20; do
    orders-cli optimize sizes --curve halton-curve.json --steps "$steps"
    orders-cli optimize sizes --curve chosen-curve.json --steps "$steps"
done
