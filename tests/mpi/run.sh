#!/usr/bin/env bash
# Training over processes, by a real MPI on this machine: Open MPI's mpirun (Debian:
# openmpi-bin).
#
#   tests/mpi/run.sh PROGRAM          PROGRAM has the feature 'mpi'
#
# Status 77: processes can't be started together here, and nothing was tested.
set -euo pipefail

program=$(realpath "$1")
here=$(mktemp -d)
running=
clean_up() {
    if [ -n "$running" ]; then
        kill "$running" 2>/dev/null || true
    fi
    rm -rf "$here"
}
trap clean_up EXIT
cd "$here"
# A machine for tests may have one user, and fewer processors than there are ranks.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_mpi_yield_when_idle=1
# Containers often forbid one process to read the memory of another.
export OMPI_MCA_btl_vader_single_copy_mechanism=none

fail() {
    echo "mpi: $*" >&2
    exit 1
}

if ! mpirun -n 2 true >/dev/null 2>error; then
    echo "mpi: mpirun starts no processes on this machine; nothing was tested" >&2
    tail -n 10 error >&2
    exit 77
fi

# Training alone, and by ranks of a thread each.
training=("$program" train recipe.toml --tokens tokens/train.safetensors --held-out tokens/test.safetensors --threads 1)
train() {
    local ranks=$1
    shift
    mpirun -n "$ranks" "${training[@]}" --mpi "$@"
}

# Small images of which a class tells much, as IDX files.
mkdir images
python3 - <<'EOF'
import random, struct

random.seed(1)
for name, count in [("train", 96), ("t10k", 24)]:
    pixels, labels = bytearray(), bytearray()
    for index in range(count):
        labels.append(index % 2)
        for y in range(8):
            for x in range(8):
                pixels.append((y if index % 2 else x) * 28 + random.randrange(40))
    with open(f"images/{name}-images-idx3-ubyte", "wb") as file:
        file.write(struct.pack(">IIII", 0x803, count, 8, 8) + pixels)
    with open(f"images/{name}-labels-idx1-ubyte", "wb") as file:
        file.write(struct.pack(">II", 0x801, count) + labels)
EOF
"$program" data prepare images --codes 16 --out tokens -q
cat >recipe.toml <<'EOF'
epochs = 4
batch = 16
group_sizes = [4, [1, 15]]
average = 0.9
[model]
image_size = 8
stride = 2
embed_dim = 32
depth = 2
heads = 2
mlp_ratio = 2
classes = 2
vocab = 16
norm_eps = 1e-6
[learning_rate]
peak = 0.01
[[orders]]
method = "random"
[[orders]]
method = "lpd"
EOF

echo "mpi: 1, 2, 3 and 8 ranks make the same files"
"${training[@]}" --every 20 --out alone -q
for ranks in 1 2 3 8; do
    train "$ranks" --every 20 --out "together-$ranks" >said
    for file in model.safetensors run.safetensors log.csv; do
        cmp "alone/$file" "together-$ranks/$file" || fail "$ranks ranks make another $file"
    done
done

echo "mpi: what is wrong is said once"
status=0
train 2 --out alone/recipe.toml >said 2>error || status=$?
[ "$status" -eq 2 ] || fail "status $status: $(cat error)"
[ "$(grep -c "alone/recipe.toml" error)" -eq 1 ] || fail "$(cat error)"
status=0
train 20 --out many >said 2>error || status=$?
[ "$status" -eq 2 ] || fail "status $status: $(cat error)"
[ "$(grep -c "at most 16 ranks have something to do" error)" -eq 1 ] || fail "$(cat error)"

[ ! -e many ] || fail "a run that was refused left a folder"

# A longer run.
sed 's/^epochs = 4/epochs = 100/' recipe.toml >long.toml
sed 's/^batch = 16/batch = 96/' long.toml >recipe.toml
updates() {
    [ -f "$1/log.csv" ] && [ "$(wc -l <"$1/log.csv")" -gt 20 ]
}

# A run that loses one of its ranks: which, by what signal.
lose() {
    local rank=$1 signal=$2 folder=$3 waited=0 victim
    mpirun -n 2 "${training[@]}" --mpi --every 10 --out "$folder" >said 2>error &
    running=$!
    until updates "$folder"; do
        sleep 0.05
        waited=$((waited + 1))
        [ "$waited" -lt 1200 ] || fail "no updates in a minute: $(cat error)"
    done
    for victim in $(pgrep -P "$running"); do
        if tr '\0' '\n' <"/proc/$victim/environ" | grep -qx "OMPI_COMM_WORLD_RANK=$rank"; then
            kill -s "$signal" "$victim"
        fi
    done
    if wait "$running"; then
        fail "nothing was lost"
    fi
    running=
    ! grep -qi "panicked\|backtrace" error || fail "$(cat error)"
}

echo "mpi: a rank that is killed ends all, and the run goes on"
"${training[@]}" --every 10 --out whole -q
lose 1 KILL one
grep -q "updates are kept in one; the same command goes on from there" error || fail "$(cat error)"
lose 0 KILL two
lose 0 TERM three
grep -q "updates are kept in three; the same command goes on from there" error || fail "$(cat error)"
for folder in one two three; do
    [ ! -e "$folder/model.safetensors" ] || fail "$folder was done before"
    train 3 --every 10 --out "$folder" >said 2>error || fail "$(cat error)"
    grep -q "going on after update" error || fail "$(cat error)"
    for file in model.safetensors run.safetensors; do
        cmp "whole/$file" "$folder/$file" || fail "what goes on makes another $file"
    done
done
echo "mpi: all is well"
