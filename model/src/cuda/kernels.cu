// What a step of the transformer does on an NVIDIA card beside its products.
//
// Numbers are f32 or bf16 in memory, and f32 in all arithmetic. A result depends on its own
// sample only: no sum is shared between samples, and each has one order of its terms, so
// that the rest of the batch changes no bit.
//
// The same file compiles as plain C++ with ORDERS_ON_HOST, where threads of the machine play
// those of a block (check/host.hpp): so it is tested without a card.

#ifdef ORDERS_ON_HOST
#include "check/host.hpp"
#else
#include <cuda_bf16.h>
#define SHARED_MEMORY(name) extern __shared__ float name[]
#endif

typedef unsigned int u32;
typedef unsigned long long u64;

constexpr u32 WARP = 32;
constexpr u32 ALL = 0xffffffffu;
// What stands for a token where logits are not finite.
constexpr u32 NO_TOKEN = 0xffffffffu;

__device__ inline float number(float x) { return x; }
__device__ inline float number(__nv_bfloat16 x) { return __bfloat162float(x); }

template <typename T> __device__ inline T rounded(float x);
template <> __device__ inline float rounded<float>(float x) { return x; }
template <> __device__ inline __nv_bfloat16 rounded<__nv_bfloat16>(float x) { return __float2bfloat16(x); }

__device__ inline float warp_sum(float x) {
    for (u32 distance = WARP / 2; distance > 0; distance /= 2) x += __shfl_xor_sync(ALL, x, distance);
    return x;
}

__device__ inline float warp_max(float x) {
    for (u32 distance = WARP / 2; distance > 0; distance /= 2) x = fmaxf(x, __shfl_xor_sync(ALL, x, distance));
    return x;
}

// The sum over a block, which all its threads get. `scratch` has room for each warp.
__device__ inline float block_sum(float x, float* scratch) {
    x = warp_sum(x);
    if (threadIdx.x % WARP == 0) scratch[threadIdx.x / WARP] = x;
    __syncthreads();
    float sum = 0.0f;
    for (u32 warp = 0; warp < blockDim.x / WARP; warp++) sum += scratch[warp];
    __syncthreads();
    return sum;
}

// Layer norm of a row by its block. Every thread reads only what it may have written itself.
template <typename T>
__device__ void norm_row(const T* x, const T* weight, const T* bias, T* out, u32 width, float epsilon) {
    __shared__ float scratch[WARP];
    float sum = 0.0f;
    for (u32 i = threadIdx.x; i < width; i += blockDim.x) sum += number(x[i]);
    float mean = block_sum(sum, scratch) / (float)width;
    float squares = 0.0f;
    for (u32 i = threadIdx.x; i < width; i += blockDim.x) {
        float apart = number(x[i]) - mean;
        squares += apart * apart;
    }
    float scale = 1.0f / sqrtf(block_sum(squares, scratch) / (float)width + epsilon);
    for (u32 i = threadIdx.x; i < width; i += blockDim.x)
        out[i] = rounded<T>((number(x[i]) - mean) * scale * number(weight[i]) + number(bias[i]));
}

// Embedded positions of a step. A row has `fresh` new tokens, which are those of the cells
// before place `settled`, and queries at the cells from there on. With `has_class`, the only
// new position is the class. `tables` are, one behind the other: the query, (1 + cells) x
// width positions, classes x width classes with that of none as the last, and tokens.
template <typename T>
__device__ void embed(const u32* tokens, const u32* slots, const u32* labels, const T* tables, T* out,
                      u32 samples, u32 cells, u32 settled, u32 fresh, u32 has_class, u32 classes, u32 vocab, u32 width) {
    u32 position = blockIdx.x, positions = gridDim.x, row = blockIdx.y;
    u32 sample = row % samples;
    const T* of_query = tables;
    const T* of_position = of_query + width;
    const T* of_class = of_position + (u64)(1 + cells) * width;
    const T* of_token = of_class + (u64)classes * width;
    const T* first;
    u32 slot = 0;
    if (position < fresh && has_class) {
        first = of_class + (u64)labels[row] * width;
    } else if (position < fresh) {
        u64 place = (u64)sample * cells + settled - fresh + position;
        u32 token = tokens[place];
        // The host says that there was none; until then it stands for any.
        first = of_token + (u64)(token < vocab ? token : 0) * width;
        slot = slots[place];
    } else {
        first = of_query;
        slot = slots[(u64)sample * cells + settled + position - fresh];
    }
    const T* second = of_position + (u64)slot * width;
    T* to = out + ((u64)row * positions + position) * width;
    for (u32 i = threadIdx.x; i < width; i += blockDim.x) to[i] = rounded<T>(number(first[i]) + number(second[i]));
}

// Layer norm of the positions from `skipped` on. `params`: weight and bias.
template <typename T>
__device__ void norm(const T* x, const T* params, T* out, u32 positions, u32 skipped, u32 width, float epsilon) {
    u32 kept = positions - skipped;
    u64 row = blockIdx.x / kept, position = skipped + blockIdx.x % kept;
    norm_row(x + (row * positions + position) * width, params, params + width, out + (u64)blockIdx.x * width, width, epsilon);
}

// Keys and values of a pass into the cache of a layer, behind their bias. Of the cache first
// all keys and then all values, each rows x heads x capacity x width.
//
// `seen` has five numbers for each position: which row of the cache it belongs to, counted
// from that of its own row; where its key goes; and the keys that it sees: a prefix, and a
// range from one place to another. Without it, the pass is a step: all keys go behind the
// past, new tokens see the past and each other, queries see all.
struct Seen {
    u32 row, place, prefix, begin, end;
};

__device__ inline Seen seen_by(const u32* seen, u32 past, u32 fresh, u32 positions, u32 row, u32 position) {
    if (seen != nullptr) {
        const u32* of = seen + 5 * (u64)position;
        return Seen{row + of[0], of[1], of[2], of[3], of[4]};
    }
    u32 prefix = past + fresh;
    return Seen{row, past + position, prefix, prefix, position < fresh ? prefix : past + positions};
}

template <typename T>
__device__ void store(const T* qkv, const T* bias, T* cache, const u32* seen, u32 past, u32 fresh, u32 positions,
                      u32 heads, u32 width, u32 cache_rows, u32 capacity) {
    u32 row = blockIdx.x / positions, position = blockIdx.x % positions;
    Seen where = seen_by(seen, past, fresh, positions, row, position);
    u32 all = heads * width;
    const T* from = qkv + (u64)blockIdx.x * 3 * all;
    for (u32 i = threadIdx.x; i < 2 * all; i += blockDim.x) {
        u32 part = i / all, head = i % all / width, dimension = i % width;
        u64 place = (((u64)part * cache_rows + where.row) * heads + head) * capacity + where.place;
        cache[place * width + dimension] = rounded<T>(number(from[all + i]) + number(bias[all + i]));
    }
}

// Attention: softmax of scores, taken on line over tiles of keys. A block has one head of up
// to 16 positions of one row of the cache, four for each of its warps; a lane has a key while
// scores are taken, and dimensions of the head while values are mixed. Heads are up to 128
// wide. With `seen`, `tiles` has the first position of each block and their number.
constexpr u32 TILE_QUERIES = 16, TILE_KEYS = WARP, QUERIES_PER_WARP = 4, LANE_DIMENSIONS = 4;

template <typename T>
__device__ void attend(const T* qkv, const T* bias, const T* cache, const u32* seen, const u32* tiles, T* out, u32 past,
                       u32 fresh, u32 positions, u32 heads, u32 width, u32 cache_rows, u32 capacity) {
    SHARED_MEMORY(shared);
    float* queries = shared;
    float* keys = queries + TILE_QUERIES * width;
    // A row of keys is one longer than it is wide, so that lanes read from different banks.
    float* values = keys + TILE_KEYS * (width + 1);
    u32 head = blockIdx.y, row = blockIdx.z, all = heads * width;
    u32 first = seen != nullptr ? tiles[2 * blockIdx.x] : blockIdx.x * TILE_QUERIES;
    u32 count = seen != nullptr ? tiles[2 * blockIdx.x + 1] : min(TILE_QUERIES, positions - first);
    u32 warp = threadIdx.x / WARP, lane = threadIdx.x % WARP;

    float scale = 1.0f / sqrtf((float)width);
    for (u32 i = threadIdx.x; i < TILE_QUERIES * width; i += blockDim.x) {
        u32 query = i / width, dimension = i % width;
        float value = 0.0f;
        if (query < count) {
            u64 from = ((u64)row * positions + first + query) * 3 * all + head * width + dimension;
            value = (number(qkv[from]) + number(bias[head * width + dimension])) * scale;
        }
        queries[i] = value;
    }
    u32 cache_row = seen_by(seen, past, fresh, positions, row, first).row, end = 0;
    for (u32 query = 0; query < count; query++) {
        Seen of_query = seen_by(seen, past, fresh, positions, row, first + query);
        end = max(end, max(of_query.prefix, of_query.end));
    }
    Seen mine[QUERIES_PER_WARP];
    float top[QUERIES_PER_WARP], total[QUERIES_PER_WARP], mixed[QUERIES_PER_WARP][LANE_DIMENSIONS];
#pragma unroll
    for (u32 i = 0; i < QUERIES_PER_WARP; i++) {
        u32 query = min(warp * QUERIES_PER_WARP + i, count - 1);
        mine[i] = seen_by(seen, past, fresh, positions, row, first + query);
        top[i] = -INFINITY;
        total[i] = 0.0f;
#pragma unroll
        for (u32 j = 0; j < LANE_DIMENSIONS; j++) mixed[i][j] = 0.0f;
    }
    const T* of_keys = cache + ((u64)cache_row * heads + head) * capacity * width;
    const T* of_values = of_keys + (u64)cache_rows * heads * capacity * width;

    for (u32 start = 0; start < end; start += TILE_KEYS) {
        __syncthreads();
        for (u32 i = threadIdx.x; i < TILE_KEYS * width; i += blockDim.x) {
            u32 key = i / width, dimension = i % width;
            bool is_there = start + key < end;
            u64 from = (u64)(start + key) * width + dimension;
            keys[key * (width + 1) + dimension] = is_there ? number(of_keys[from]) : 0.0f;
            values[i] = is_there ? number(of_values[from]) : 0.0f;
        }
        __syncthreads();
        float scores[QUERIES_PER_WARP] = {};
        for (u32 dimension = 0; dimension < width; dimension++) {
            float key = keys[lane * (width + 1) + dimension];
#pragma unroll
            for (u32 i = 0; i < QUERIES_PER_WARP; i++)
                scores[i] += queries[(warp * QUERIES_PER_WARP + i) * width + dimension] * key;
        }
#pragma unroll
        for (u32 i = 0; i < QUERIES_PER_WARP; i++) {
            u32 key = start + lane;
            bool is_seen = key < mine[i].prefix || (key >= mine[i].begin && key < mine[i].end);
            float best = fmaxf(top[i], warp_max(is_seen ? scores[i] : -INFINITY));
            // The same in all lanes.
            if (best == -INFINITY) continue;
            float weight = is_seen ? expf(scores[i] - best) : 0.0f;
            float faded = expf(top[i] - best);
            total[i] = total[i] * faded + warp_sum(weight);
            top[i] = best;
#pragma unroll
            for (u32 j = 0; j < LANE_DIMENSIONS; j++) mixed[i][j] *= faded;
            for (u32 k = 0; k < TILE_KEYS; k++) {
                float of_key = __shfl_sync(ALL, weight, k);
#pragma unroll
                for (u32 j = 0; j < LANE_DIMENSIONS; j++) {
                    u32 dimension = lane + j * WARP;
                    if (dimension < width) mixed[i][j] += of_key * values[k * width + dimension];
                }
            }
        }
    }
#pragma unroll
    for (u32 i = 0; i < QUERIES_PER_WARP; i++) {
        u32 query = warp * QUERIES_PER_WARP + i;
        if (query >= count) continue;
        T* to = out + ((u64)row * positions + first + query) * all + head * width;
#pragma unroll
        for (u32 j = 0; j < LANE_DIMENSIONS; j++) {
            u32 dimension = lane + j * WARP;
            if (dimension < width) to[dimension] = rounded<T>(mixed[i][j] / total[i]);
        }
    }
}

// x + bias through GELU, by the error function.
template <typename T>
__device__ void gelu(const T* x, const T* bias, T* out, u64 count, u32 width) {
    u64 stride = (u64)gridDim.x * blockDim.x;
    for (u64 i = (u64)blockIdx.x * blockDim.x + threadIdx.x; i < count; i += stride) {
        float value = number(x[i]) + number(bias[i % width]);
        out[i] = rounded<T>(0.5f * value * erfcf(value * -0.70710678f));
    }
}

// base + (x + bias), and behind all rows of that the layer norm of each. `params`: the bias,
// weight and bias of the norm.
template <typename T>
__device__ void add_norm(const T* x, const T* base, const T* params, T* out, u32 width, float epsilon) {
    u64 at = (u64)blockIdx.x * width;
    T* sum = out + at;
    for (u32 i = threadIdx.x; i < width; i += blockDim.x)
        sum[i] = rounded<T>(number(base[at + i]) + (number(x[at + i]) + number(params[i])));
    norm_row(sum, params + width, params + 2 * width, out + (u64)gridDim.x * width + at, width, epsilon);
}

// The product of rows x inputs and outputs x inputs, both laid out by inputs. Every sum goes
// from the first input to the last, whatever the number of rows. Blocks of 256 threads have
// 64 x 64 results.
constexpr u32 TILE = 64, DEPTH = 16;

__device__ inline void product_of(const float* x, const float* weight, float* out, u32 rows, u32 inputs, u32 outputs) {
    __shared__ float of_x[DEPTH][TILE + 1], of_weight[DEPTH][TILE + 1];
    u32 first_row = blockIdx.y * TILE, first_output = blockIdx.x * TILE;
    u32 down = threadIdx.x / 16, across = threadIdx.x % 16;
    float sums[4][4] = {};
    for (u32 start = 0; start < inputs; start += DEPTH) {
        __syncthreads();
        for (u32 i = threadIdx.x; i < TILE * DEPTH; i += blockDim.x) {
            u32 line = i / DEPTH, input = i % DEPTH;
            bool is_there = start + input < inputs;
            u32 row = first_row + line, output = first_output + line;
            of_x[input][line] = is_there && row < rows ? x[(u64)row * inputs + start + input] : 0.0f;
            of_weight[input][line] = is_there && output < outputs ? weight[(u64)output * inputs + start + input] : 0.0f;
        }
        __syncthreads();
        for (u32 input = 0; input < DEPTH; input++) {
            float own[4];
#pragma unroll
            for (u32 j = 0; j < 4; j++) own[j] = of_weight[input][across + 16 * j];
#pragma unroll
            for (u32 i = 0; i < 4; i++) {
                float value = of_x[input][down + 16 * i];
#pragma unroll
                for (u32 j = 0; j < 4; j++) sums[i][j] = __fmaf_rn(value, own[j], sums[i][j]);
            }
        }
    }
    for (u32 i = 0; i < 4; i++)
        for (u32 j = 0; j < 4; j++) {
            u32 row = first_row + down + 16 * i, output = first_output + across + 16 * j;
            if (row < rows && output < outputs) out[(u64)row * outputs + output] = sums[i][j];
        }
}

// e to the power of x, the same bits as on the CPU (cpu/functions.rs): each operation is
// rounded by itself.
__device__ inline float power_of_e(float x) {
    const float ROUND = 12582912.0f;
    if (x < -87.0f) x = -87.0f;
    float whole = __fmaf_rn(x, 1.44269504f, ROUND);
    float n = __fsub_rn(whole, ROUND);
    float r = __fmaf_rn(n, 2.1219444e-4f, __fmaf_rn(n, -(355.0f / 512.0f), x));
    float series = 1.0f / 5040.0f;
    series = __fmaf_rn(r, series, 1.0f / 720.0f);
    series = __fmaf_rn(r, series, 1.0f / 120.0f);
    series = __fmaf_rn(r, series, 1.0f / 24.0f);
    series = __fmaf_rn(r, series, 1.0f / 6.0f);
    series = __fmaf_rn(r, series, 0.5f);
    series = __fmaf_rn(r, series, 1.0f);
    series = __fmaf_rn(r, series, 1.0f);
    return __fmul_rn(series, __uint_as_float((__float_as_uint(whole) << 23) + 0x3F800000u));
}

// A token for each query of each sample, drawn after guidance. Logits: samples x queries x
// vocabulary, with guidance behind them as many without class. Logits are multiplied by
// `coldness`; 0 takes the largest, the first of ties. Of the most likely tokens `top_k` stay,
// and of these the fewest whose share reaches `top_p`; 0 is all. A block has one token.

// Logits of a query after guidance.
template <typename T> struct Logits {
    const T* with;
    const T* without;
    float scale;

    __device__ float at(u32 token) const {
        float conditional = number(with[token]);
        if (without == nullptr) return conditional;
        float free = number(without[token]);
        return __fadd_rn(free, __fmul_rn(__fsub_rn(conditional, free), scale));
    }
};

// Numbers in the order of floating-point numbers.
__device__ inline u32 order_of(float x) {
    u32 bits = __float_as_uint(x);
    return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

__device__ inline float of_order(u32 order) {
    return __uint_as_float(order & 0x80000000u ? order ^ 0x80000000u : ~order);
}

constexpr u32 DRAW_THREADS = 256;

template <typename T>
__device__ void draw(const T* logits, const float* scales, const double* draws, u32* tokens, u32 samples, u32 queries,
                     u32 vocab, u32 draws_stride, u32 draws_first, u32 cells, u32 settled, float coldness, u32 top_k,
                     double top_p) {
    __shared__ float tops[DRAW_THREADS];
    __shared__ u32 places[DRAW_THREADS];
    __shared__ double sums[DRAW_THREADS];
    __shared__ u64 shares[256];
    __shared__ u32 is_broken, threshold, ties;
    __shared__ u64 wanted;
    u32 sample = blockIdx.x / queries, query = blockIdx.x % queries, thread = threadIdx.x;
    u64 at = (u64)blockIdx.x * vocab;
    Logits<T> of{logits + at, scales == nullptr ? nullptr : logits + (u64)samples * queries * vocab + at,
                 scales == nullptr ? 1.0f : scales[query]};
    u32* to = tokens + (u64)sample * cells + settled + query;
    // Tokens of a thread lie side by side, so that sums run from the first to the last.
    u32 each = (vocab + DRAW_THREADS - 1) / DRAW_THREADS;
    u32 first = min(thread * each, vocab), last = min(first + each, vocab);

    if (thread == 0) is_broken = 0;
    __syncthreads();
    float top = -INFINITY;
    u32 place = first;
    for (u32 token = first; token < last; token++) {
        float logit = of.at(token);
        if (logit > top) {
            top = logit;
            place = token;
        }
        if (logit != logit) is_broken = 1;
    }
    tops[thread] = top;
    places[thread] = place;
    __syncthreads();
    // The first thread that has the largest has its first place.
    top = -INFINITY;
    for (u32 other = 0; other < DRAW_THREADS; other++)
        if (tops[other] > top) {
            top = tops[other];
            place = places[other];
        }
    if (is_broken || !(top > -INFINITY && top < INFINITY)) {
        if (thread == 0) *to = NO_TOKEN;
        return;
    }
    if (coldness == 0.0f) {
        if (thread == 0) *to = place;
        return;
    }

    // Tokens stay whose order is above the threshold, and the first few of those at it.
    if (thread == 0) {
        threshold = 0;
        ties = vocab;
    }
    __syncthreads();
    auto weight = [&](float logit) { return power_of_e(__fmul_rn(__fsub_rn(logit, top), coldness)); };
    // Sums of weights as whole numbers don't depend on which thread comes first.
    auto share = [&](float logit) { return (u64)((double)weight(logit) * 1099511627776.0); };
    // Finds the token at which tokens, the most likely first, come to what is wanted, eight
    // bits of its order at a time; by number, or by weight of those that stay so far.
    auto cut = [&](bool by_weight) {
        u32 known = 0, prefix = 0, staying = threshold, at_threshold = ties;
        for (int shift = 24; shift >= 0; shift -= 8) {
            for (u32 i = thread; i < 256; i += DRAW_THREADS) shares[i] = 0;
            __syncthreads();
            for (u32 token = first; token < last; token++) {
                float logit = of.at(token);
                u32 order = order_of(logit);
                if ((order & known) != prefix) continue;
                if (!by_weight) atomicAdd(&shares[(order >> shift) & 255u], (u64)1);
                else if (order > staying || staying == 0) atomicAdd(&shares[(order >> shift) & 255u], share(logit));
            }
            if (thread == 0 && by_weight && staying > 0 && (staying & known) == prefix)
                atomicAdd(&shares[(staying >> shift) & 255u], at_threshold * share(of_order(staying)));
            __syncthreads();
            if (thread == 0) {
                u32 digit = 255;
                while (digit > 0 && shares[digit] < wanted) wanted -= shares[digit--];
                threshold = prefix | (digit << shift);
            }
            __syncthreads();
            prefix = threshold;
            known |= 255u << shift;
        }
        if (thread == 0) {
            u64 own = by_weight ? share(of_order(threshold)) : 1;
            u64 needed = own == 0 ? 1 : (wanted + own - 1) / own;
            ties = (u32)min(needed, (u64)vocab);
        }
        __syncthreads();
    };
    if (top_k > 0 && top_k < vocab) {
        if (thread == 0) wanted = top_k;
        __syncthreads();
        cut(false);
    }
    if (top_p > 0.0) {
        if (thread == 0) shares[0] = 0;
        __syncthreads();
        u64 own = 0;
        for (u32 token = first; token < last; token++) {
            float logit = of.at(token);
            if (order_of(logit) > threshold || threshold == 0) own += share(logit);
        }
        atomicAdd(&shares[0], own);
        __syncthreads();
        if (thread == 0) {
            u64 all = shares[0] + (threshold > 0 ? ties * share(of_order(threshold)) : 0);
            wanted = max(min((u64)ceil(top_p * (double)all), all), (u64)1);
        }
        __syncthreads();
        cut(true);
    }

    // How many at the threshold are before those of this thread.
    u32 own_ties = 0;
    for (u32 token = first; token < last; token++) own_ties += order_of(of.at(token)) == threshold;
    places[thread] = own_ties;
    __syncthreads();
    u32 before = 0;
    for (u32 other = 0; other < thread; other++) before += places[other];
    auto stays = [&](float logit, u32& seen) {
        u32 order = order_of(logit);
        return order > threshold || (order == threshold && seen++ < ties);
    };
    double sum = 0.0;
    u32 seen = before;
    for (u32 token = first; token < last; token++) {
        float logit = of.at(token);
        if (stays(logit, seen)) sum += (double)weight(logit);
    }
    sums[thread] = sum;
    __syncthreads();
    double all = 0.0, passed = 0.0;
    for (u32 other = 0; other < DRAW_THREADS; other++) all += sums[other];
    for (u32 other = 0; other < thread; other++) passed += sums[other];
    double target = draws[(u64)sample * draws_stride + draws_first + query] * all;
    // The token is one of the thread at whose end the sum is over the target first; of the
    // last that has any, if rounding takes that from all.
    u32 owner = 0;
    double reached = 0.0;
    for (u32 other = 0; other < DRAW_THREADS; other++) {
        if (sums[other] > 0.0) owner = other;
        reached += sums[other];
        if (reached > target) break;
    }
    if (thread == owner) {
        u32 chosen = NO_TOKEN;
        seen = before;
        for (u32 token = first; token < last; token++) {
            float logit = of.at(token);
            if (!stays(logit, seen)) continue;
            chosen = token;
            passed += (double)weight(logit);
            if (passed > target) break;
        }
        *to = chosen;
    }
}

#define KERNELS(T, suffix)                                                                                           \
    extern "C" __global__ void embed_##suffix(const u32* tokens, const u32* slots, const u32* labels,                \
                                              const T* tables, T* out, u32 samples, u32 cells, u32 settled,          \
                                              u32 fresh, u32 has_class, u32 classes, u32 vocab, u32 width) {         \
        embed(tokens, slots, labels, tables, out, samples, cells, settled, fresh, has_class, classes, vocab, width); \
    }                                                                                                                \
    extern "C" __global__ void norm_##suffix(const T* x, const T* params, T* out, u32 positions, u32 skipped,        \
                                             u32 width, float epsilon) {                                             \
        norm(x, params, out, positions, skipped, width, epsilon);                                                    \
    }                                                                                                                \
    extern "C" __global__ void store_##suffix(const T* qkv, const T* bias, T* cache, const u32* seen, u32 past,      \
                                              u32 fresh, u32 positions, u32 heads, u32 width, u32 cache_rows,        \
                                              u32 capacity) {                                                        \
        store(qkv, bias, cache, seen, past, fresh, positions, heads, width, cache_rows, capacity);                   \
    }                                                                                                                \
    extern "C" __global__ void attend_##suffix(const T* qkv, const T* bias, const T* cache, const u32* seen,         \
                                               const u32* tiles, T* out, u32 past, u32 fresh, u32 positions,         \
                                               u32 heads, u32 width, u32 cache_rows, u32 capacity) {                 \
        attend(qkv, bias, cache, seen, tiles, out, past, fresh, positions, heads, width, cache_rows, capacity);      \
    }                                                                                                                \
    extern "C" __global__ void gelu_##suffix(const T* x, const T* bias, T* out, u64 count, u32 width) {              \
        gelu(x, bias, out, count, width);                                                                            \
    }                                                                                                                \
    extern "C" __global__ void add_norm_##suffix(const T* x, const T* base, const T* params, T* out, u32 width,      \
                                                 float epsilon) {                                                    \
        add_norm(x, base, params, out, width, epsilon);                                                              \
    }                                                                                                                \
    extern "C" __global__ void draw_##suffix(const T* logits, const float* scales, const double* draws, u32* tokens, \
                                             u32 samples, u32 queries, u32 vocab, u32 draws_stride, u32 draws_first, \
                                             u32 cells, u32 settled, float coldness, u32 top_k, double top_p) {      \
        draw(logits, scales, draws, tokens, samples, queries, vocab, draws_stride, draws_first, cells, settled,      \
             coldness, top_k, top_p);                                                                                \
    }

KERNELS(float, f32)
KERNELS(__nv_bfloat16, bf16)

extern "C" __global__ void product_f32(const float* x, const float* weight, float* out, u32 rows, u32 inputs,
                                       u32 outputs) {
    product_of(x, weight, out, rows, inputs, outputs);
}
