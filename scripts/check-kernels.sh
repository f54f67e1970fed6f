#!/usr/bin/env bash
# The kernels for cards, compiled for the processor and held against plain definitions.
set -euo pipefail
cd "$(dirname "$0")/../model/src/cuda/check"
program=$(mktemp)
trap 'rm -f "$program"' EXIT
# Each operation is rounded by itself, as the kernels ask for.
"${CXX:-g++}" -std=c++20 -O2 -ffp-contract=off -Wall -Wextra -Wno-unknown-pragmas -pthread -o "$program" kernels.cpp
"$program"
