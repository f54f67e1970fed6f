// What kernels use of CUDA, on the processor: the threads of a block are threads here, the
// blocks come one after the other.
#pragma once

#include <barrier>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <thread>
#include <vector>

#define __device__
#define __global__
#define __shared__ static

struct Index {
    unsigned x = 0, y = 0, z = 0;
};

inline thread_local Index threadIdx;
inline Index blockIdx, blockDim, gridDim;
inline std::barrier<>* block_barrier = nullptr;
inline std::vector<std::barrier<>*> warp_barriers;
// What the lanes of all warps show each other.
inline float shown[1024];
inline float dynamic_memory[1 << 14];
#define SHARED_MEMORY(name) float* name = dynamic_memory

inline void __syncthreads() { block_barrier->arrive_and_wait(); }

inline float of_lane(float x, unsigned lane) {
    unsigned thread = threadIdx.x, warp = thread / 32;
    shown[thread] = x;
    warp_barriers[warp]->arrive_and_wait();
    float found = shown[warp * 32 + lane];
    warp_barriers[warp]->arrive_and_wait();
    return found;
}
inline float __shfl_sync(unsigned, float x, unsigned lane) { return of_lane(x, lane); }
inline float __shfl_xor_sync(unsigned, float x, unsigned distance) { return of_lane(x, threadIdx.x % 32 ^ distance); }

inline unsigned long long atomicAdd(unsigned long long* at, unsigned long long more) {
    return __atomic_fetch_add(at, more, __ATOMIC_SEQ_CST);
}

inline float __fmaf_rn(float a, float b, float c) { return std::fmaf(a, b, c); }
inline float __fadd_rn(float a, float b) { return a + b; }
inline float __fsub_rn(float a, float b) { return a - b; }
inline float __fmul_rn(float a, float b) { return a * b; }
inline unsigned __float_as_uint(float x) {
    unsigned bits;
    std::memcpy(&bits, &x, 4);
    return bits;
}
inline float __uint_as_float(unsigned bits) {
    float x;
    std::memcpy(&x, &bits, 4);
    return x;
}
template <typename T> T min(T a, T b) { return b < a ? b : a; }
template <typename T> T max(T a, T b) { return a < b ? b : a; }

struct __nv_bfloat16 {
    uint16_t bits = 0;
};
inline float __bfloat162float(__nv_bfloat16 x) { return __uint_as_float((unsigned)x.bits << 16); }
// To the nearest, of two the even one.
inline __nv_bfloat16 __float2bfloat16(float x) {
    unsigned bits = __float_as_uint(x);
    return __nv_bfloat16{(uint16_t)((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16)};
}

// Runs a kernel for all blocks of a grid.
inline void launch(Index grid, unsigned threads, const std::function<void()>& kernel) {
    gridDim = grid;
    blockDim = Index{threads, 1, 1};
    std::barrier<> of_block(threads);
    block_barrier = &of_block;
    std::vector<std::unique_ptr<std::barrier<>>> of_warps;
    warp_barriers.clear();
    for (unsigned warp = 0; warp < threads / 32; warp++) {
        of_warps.push_back(std::make_unique<std::barrier<>>(32));
        warp_barriers.push_back(of_warps.back().get());
    }
    auto all_blocks = [&](unsigned thread) {
        threadIdx = Index{thread, 0, 0};
        for (unsigned z = 0; z < grid.z; z++)
            for (unsigned y = 0; y < grid.y; y++)
                for (unsigned x = 0; x < grid.x; x++) {
                    of_block.arrive_and_wait();
                    if (thread == 0) blockIdx = Index{x, y, z};
                    of_block.arrive_and_wait();
                    kernel();
                }
    };
    std::vector<std::thread> running;
    for (unsigned thread = 0; thread < threads; thread++) running.emplace_back(all_blocks, thread);
    for (std::thread& thread : running) thread.join();
}
