#!/usr/bin/env bash
# Orders of machines with words of 32 bits (i686) and with the other order of bytes (s390x), each
# emulated, against those of this one: the same files, byte for byte. It needs the standard
# libraries (rustup target add), cross compilers and QEMU (Debian: gcc-i686-linux-gnu,
# gcc-s390x-linux-gnu, qemu-user).
#
#   scripts/other-machines.sh
set -euo pipefail
cd "$(dirname "$0")/.."

here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
export CARGO_TARGET_I686_UNKNOWN_LINUX_GNU_LINKER=i686-linux-gnu-gcc
export CARGO_TARGET_S390X_UNKNOWN_LINUX_GNU_LINKER=s390x-linux-gnu-gcc

cargo build --release --locked -p orders-cli
failed=
for machine in i386:i686-linux-gnu s390x:s390x-linux-gnu; do
    libraries=/usr/${machine#*:}
    target=${machine#*:}
    target=${target/-linux/-unknown-linux}
    cargo build --release --locked -p orders-cli --target "$target"
    other=("qemu-${machine%%:*}" -L "$libraries" "target/$target/release/orders-cli")
    for method in lpd halton random raster farthest spiral hilbert bayer dus binary-search; do
        for format in json npy safetensors; do
            asked=(gen --grid 16x24 --steps 12 --method "$method" --num 20 --seed 7 -q)
            target/release/orders-cli "${asked[@]}" --out "$here/this.$format" --force >"$here/said"
            "${other[@]}" "${asked[@]}" --out "$here/other.$format" --force >"$here/said"
            if ! cmp "$here/this.$format" "$here/other.$format"; then
                echo "$target: $method as $format is another file" >&2
                failed=1
            fi
            "${other[@]}" check "$here/this.$format" >"$here/said" || failed=1
        done
    done
    echo "$target: compared"
done
[ -z "$failed" ]
