#!/usr/bin/env bash
# Fuzzes the readers of outside files: one target, or all one after the other, each for some
# seconds. It needs a nightly compiler and cargo-fuzz (cargo install cargo-fuzz).
#
#   scripts/fuzz.sh [SECONDS] [TARGET]     60 seconds of each unless said otherwise
#
# A find ends the run; its input is in fuzz/artifacts/TARGET. What covers more than the seeds
# is kept in fuzz/corpus/TARGET, where the next run begins.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-60}
wanted=${2:-}

TMPDIR=$(mktemp -d)
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
# Freed memory is not kept long: the limit below is for what a reader takes.
export ASAN_OPTIONS="${ASAN_OPTIONS:-quarantine_size_mb=16:detect_leaks=0}"

# What tests read begins a corpus as well.
tests_of() {
    case $1 in
    checkpoint) echo model/tests/checkpoint/files ;;
    images) echo datasets/tests/reference/jpeg ;;
    metrics) echo model/tests/metrics/statistics ;;
    orders) echo orders-core/tests/files/cases ;;
    recipe) echo recipes ;;
    sweep) echo sweeps ;;
    esac
}

# Targets by what has to be built for them.
run() {
    local features=$1 target folders
    shift
    for target in "$@"; do
        if [ -n "$wanted" ] && [ "$wanted" != "$target" ]; then
            continue
        fi
        found=1
        folders=(fuzz/corpus/"$target")
        mkdir -p "${folders[0]}"
        [ -d fuzz/seeds/"$target" ] && folders+=(fuzz/seeds/"$target")
        # shellcheck disable=SC2046
        folders+=($(tests_of "$target"))
        echo "== $target"
        cargo +nightly fuzz run --features "$features" "$target" "${folders[@]}" -- \
            -max_total_time="$seconds" -rss_limit_mb=768 -malloc_limit_mb=256 -timeout=20 \
            -max_len=16384 -print_final_stats=1
    done
}

found=
run "" arrays orders manifest graph idx images tokens
run analysis attention field results sweep
run model checkpoint metrics recipe
if [ -z "$found" ]; then
    echo "there is no target '$wanted'" >&2
    exit 2
fi
