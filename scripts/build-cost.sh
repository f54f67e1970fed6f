#!/usr/bin/env bash
# What each set of features costs to build from nothing: crates, seconds, seconds of
# processor time, and the size of the program.
#
#   scripts/build-cost.sh [FEATURES...]      all sets, or those named ('light' for none)
#   scripts/build-cost.sh --crates MOST      counts the light build's crates only, and
#                                            fails if there are more than MOST
set -euo pipefail
cd "$(dirname "$0")/.."

flags() {
    [ "$1" = light ] || printf -- '--features %s' "$1"
}

crates() {
    # shellcheck disable=SC2046
    cargo tree --locked -p orders-cli $(flags "$1") -e normal,build --prefix none |
        sed 's/ (.*//' | sort -u | wc -l
}

if [ "${1:-}" = --crates ]; then
    count=$(crates light)
    echo "the light build has $count crates; at most $2 are allowed"
    [ "$count" -le "$2" ]
    exit
fi

[ $# -gt 0 ] || set -- light analyze tables model full
printf '%-10s %7s %8s %11s %8s\n' features crates seconds 'of processor' MB
for features in "$@"; do
    target=$(mktemp -d)
    TIMEFORMAT='%R %U %S'
    # shellcheck disable=SC2046
    spent=$({ time CARGO_TARGET_DIR=$target cargo build --quiet --release --locked \
        -p orders-cli $(flags "$features") 2>"$target/errors"; } 2>&1) || {
        cat "$target/errors" >&2
        exit 1
    }
    read -r real user system <<<"$spent"
    bytes=$(stat -c %s "$target/release/orders-cli")
    awk -v f="$features" -v c="$(crates "$features")" -v r="$real" -v u="$user" -v s="$system" \
        -v b="$bytes" 'BEGIN { printf "%-10s %7d %8.0f %11.0f %8.1f\n", f, c, r, u + s, b / 1e6 }'
    rm -rf "$target"
done
