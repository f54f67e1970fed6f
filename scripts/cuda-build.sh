#!/usr/bin/env bash
# Builds the program for NVIDIA cards on a machine without one. In the project's root:
#
#   scripts/cuda-build.sh                  the release build, packed as .gpu/orders-cli.xz
#   scripts/cuda-build.sh CARGO-COMMAND    any other, as in: check --workspace --features cuda
#
# The first run fetches the CUDA toolkit from PyPI (1.2 GB) into ~/.cache/orders-cuda, or
# the folder that ORDERS_CUDA names; the kernels then compile for 12 to 30 minutes on 2
# cores. docs/src/gpu.md has the rest.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)/cuda
kit=${ORDERS_CUDA:-$HOME/.cache/orders-cuda}
mkdir -p "$kit/link"

# 13.0, since drivers from 580 on take the PTX that it writes; later ones want later drivers.
[ -d "$kit/sp/nvidia/cu13" ] ||
    python3 -m pip install --quiet --target "$kit/sp" 'cuda-toolkit[nvcc,cccl,cublas,curand,nvrtc,cudart]==13.0.*'
export CUDA_HOME=$kit/sp/nvidia/cu13

# A stand-in for the driver's library, for the linker and for machines without a card: every
# function that is called of it, answering "no device" (100).
sed 's/.*/int &(void){return 100;}/' "$here/driver-symbols.txt" > "$kit/link/cuda.c"
gcc -shared -fPIC -Wl,-soname,libcuda.so.1 -o "$kit/link/libcuda.so" "$kit/link/cuda.c"
ln -sf libcuda.so "$kit/link/libcuda.so.1"
for lib in "$CUDA_HOME"/lib/lib*.so.*; do
    name=$(basename "$lib")
    ln -sf "$lib" "$kit/link/${name%%.so.*}.so"
done

# Ten files of candle's are products of quantised weights, which are never called here:
# empty objects instead halve the time.
sed 's/.*/void &(void){}/' "$here/quantised-symbols.txt" > "$kit/link/ffi.c"
gcc -c -o "$kit/link/ffi.o" "$kit/link/ffi.c"
echo > "$kit/link/empty.c"
gcc -c -o "$kit/link/empty.o" "$kit/link/empty.c"
install -m 755 "$here/nvcc-without-quantised" "$kit/link/nvcc"

export ORDERS_CUDA_KIT=$kit NVCC=$kit/link/nvcc PATH=$kit/link:$CUDA_HOME/bin:$PATH
export LIBRARY_PATH=$CUDA_HOME/lib:$kit/link
export CUDARC_CUDA_VERSION=13000 CUDAFORGE_THREADS=${CUDAFORGE_THREADS:-2}
# The oldest cards that take bf16. PTX of it is compiled by the driver for the card that it
# finds, so that the program runs on all that are newer.
export CUDA_COMPUTE_CAP=${CUDA_COMPUTE_CAP:-80}

if [ $# -gt 0 ]; then
    exec cargo "$@"
fi
cargo build --release -p orders-cli --features full,cuda
mkdir -p .gpu
strip -o .gpu/orders-cli "${CARGO_TARGET_DIR:-target}/release/orders-cli"
xz -T0 -2 -f .gpu/orders-cli
ls -l .gpu
