// Holds the kernels against plain definitions, without a card. Prints what failed; exit
// status 1 if anything did.

#include <algorithm>
#include <cstdio>
#include <memory>
#include <numeric>
#include <random>

#define ORDERS_ON_HOST
#include "../kernels.cu"

namespace {

std::mt19937_64 numbers(1);
int failures = 0;

float uniform(float from = -1.0f, float to = 1.0f) {
    return std::uniform_real_distribution<float>(from, to)(numbers);
}

template <typename T> std::vector<T> some(size_t count, float from = -1.0f, float to = 1.0f) {
    std::vector<T> made;
    for (size_t i = 0; i < count; i++) made.push_back(rounded<T>(uniform(from, to)));
    return made;
}

void expect(bool holds, const char* what) {
    if (!holds) {
        std::printf("FAILED: %s\n", what);
        failures++;
    }
}

template <typename T> constexpr double tolerance() { return sizeof(T) == 2 ? 0.02 : 2e-5; }

template <typename T> void expect_near(const std::vector<T>& found, const std::vector<double>& expected, const char* what) {
    bool holds = found.size() == expected.size();
    for (size_t i = 0; holds && i < found.size(); i++) {
        double apart = std::fabs((double)number(found[i]) - expected[i]);
        holds = apart <= tolerance<T>() * (1.0 + std::fabs(expected[i]));
    }
    expect(holds, what);
}

void norm_literally(const double* x, const double* weight, const double* bias, double* out, u32 width, double epsilon) {
    double mean = std::accumulate(x, x + width, 0.0) / width, squares = 0.0;
    for (u32 i = 0; i < width; i++) squares += (x[i] - mean) * (x[i] - mean);
    for (u32 i = 0; i < width; i++) out[i] = (x[i] - mean) / std::sqrt(squares / width + epsilon) * weight[i] + bias[i];
}

template <typename T> std::vector<double> doubles(const std::vector<T>& from) {
    std::vector<double> made;
    for (T x : from) made.push_back(number(x));
    return made;
}

template <typename T> void embedding() {
    const u32 samples = 3, rows = 6, cells = 7, classes = 5, vocab = 11, width = 40, settled = 4, fresh = 2, queries = 3;
    auto tables = some<T>(width * (1 + 1 + cells + classes + vocab));
    std::vector<u32> tokens(samples * cells), slots(samples * cells), labels(rows);
    for (u32& token : tokens) token = numbers() % vocab;
    for (u32 sample = 0; sample < samples; sample++) {
        std::vector<u32> order(cells);
        std::iota(order.begin(), order.end(), 1u);
        std::shuffle(order.begin(), order.end(), numbers);
        std::copy(order.begin(), order.end(), slots.begin() + sample * cells);
    }
    for (u32 row = 0; row < rows; row++) labels[row] = row < samples ? row : classes - 1;
    auto at = [&](u32 row, u32 i) { return (double)number(tables[row * width + i]); };
    for (bool has_class : {false, true}) {
        u32 news = has_class ? 1 : fresh, begun = has_class ? 0 : settled, positions = news + queries;
        std::vector<T> out(rows * positions * width);
        std::vector<double> expected;
        for (u32 row = 0; row < rows; row++)
            for (u32 p = 0; p < positions; p++)
                for (u32 i = 0; i < width; i++) {
                    u32 cell = row % samples * cells + begun + p - news;
                    if (p < news && has_class) expected.push_back(at(1 + 1 + cells + labels[row], i) + at(1, i));
                    else if (p < news) expected.push_back(at(1 + 1 + cells + classes + tokens[cell], i) + at(1 + slots[cell], i));
                    else expected.push_back(at(0, i) + at(1 + slots[cell], i));
                }
        launch({positions, rows, 1}, 64, [&] {
            embed<T>(tokens.data(), slots.data(), labels.data(), tables.data(), out.data(), samples, cells, begun, news,
                     has_class, classes, vocab, width);
        });
        expect_near(out, expected, has_class ? "embed, with the class" : "embed");
    }
}

template <typename T> void norms() {
    const u32 rows = 3, positions = 5, skipped = 2, width = 200;
    auto x = some<T>(rows * positions * width), base = some<T>(rows * positions * width);
    auto params = some<T>(3 * width);
    auto of_x = doubles(x), of_base = doubles(base), of_params = doubles(params);
    std::vector<T> out(rows * (positions - skipped) * width);
    std::vector<double> expected(out.size());
    launch({rows * (positions - skipped), 1, 1}, 128,
           [&] { norm<T>(x.data(), params.data(), out.data(), positions, skipped, width, 1e-6f); });
    for (u32 row = 0; row < rows; row++)
        for (u32 p = skipped; p < positions; p++)
            norm_literally(&of_x[(row * positions + p) * width], &of_params[0], &of_params[width],
                           &expected[(row * (positions - skipped) + p - skipped) * width], width, 1e-6);
    expect_near(out, expected, "norm");

    u32 all = rows * positions;
    std::vector<T> both(2 * all * width);
    launch({all, 1, 1}, 64, [&] { add_norm<T>(x.data(), base.data(), params.data(), both.data(), width, 1e-6f); });
    expected.assign(2 * all * width, 0.0);
    for (u32 i = 0; i < all * width; i++)
        expected[i] = number(rounded<T>((float)(of_base[i] + of_x[i] + of_params[i % width])));
    for (u32 row = 0; row < all; row++)
        norm_literally(&expected[row * width], &of_params[width], &of_params[2 * width],
                       &expected[(all + row) * width], width, 1e-6);
    expect_near(both, expected, "add_norm");
}

template <typename T> void gelus() {
    const u32 width = 33;
    auto x = some<T>(50 * width, -8.0f, 8.0f), bias = some<T>(width);
    std::vector<T> out(x.size());
    std::vector<double> expected;
    for (size_t i = 0; i < x.size(); i++) {
        double value = number(x[i]) + number(bias[i % width]);
        expected.push_back(0.5 * value * std::erfc(-value / std::sqrt(2.0)));
    }
    launch({3, 1, 1}, 64, [&] { gelu<T>(x.data(), bias.data(), out.data(), x.size(), width); });
    expect_near(out, expected, "gelu");
}

// `seen` as the host lays it out: rows of a cache, each with positions of its own.
struct Case {
    u32 rows, positions, past, fresh;
    bool is_step;
};

template <typename T> void attention(Case of, u32 heads, u32 width) {
    const u32 cache_rows = of.is_step ? of.rows : of.rows + 2;
    // Without a step, the rows of the cache lie in one row of positions.
    u32 rows = of.is_step ? of.rows : 1, positions = of.is_step ? of.positions : of.rows * of.positions;
    u32 capacity = of.past + of.positions + 3, all = heads * width;
    auto qkv = some<T>((size_t)rows * positions * 3 * all, -2.0f, 2.0f), bias = some<T>(3 * all);
    auto cache = some<T>((size_t)2 * cache_rows * heads * capacity * width);
    std::vector<Seen> what;
    std::vector<u32> seen, tiles;
    for (u32 row = 0; row < of.rows; row++)
        for (u32 p = 0; p < of.positions; p++) {
            if (of.is_step) {
                u32 prefix = of.past + of.fresh;
                what.push_back({row, of.past + p, prefix, prefix, p < of.fresh ? prefix : of.past + of.positions});
            } else {
                // Groups of three see the past, and themselves.
                u32 begin = of.past + p / 3 * 3, end = std::min(begin + 3, of.past + of.positions);
                what.push_back({row + 1, of.past + p, of.past, begin, end});
            }
        }
    if (!of.is_step) {
        for (const Seen& one : what) seen.insert(seen.end(), {one.row, one.place, one.prefix, one.begin, one.end});
        for (u32 row = 0; row < of.rows; row++)
            for (u32 p = 0; p < of.positions; p += TILE_QUERIES)
                tiles.insert(tiles.end(), {row * of.positions + p, std::min(TILE_QUERIES, of.positions - p)});
    }
    const u32* described = of.is_step ? nullptr : seen.data();
    launch({rows * positions, 1, 1}, 64, [&] {
        store<T>(qkv.data(), bias.data(), cache.data(), described, of.past, of.fresh, positions, heads, width, cache_rows, capacity);
    });
    std::vector<T> out((size_t)rows * positions * all);
    u32 blocks = of.is_step ? (positions + TILE_QUERIES - 1) / TILE_QUERIES : tiles.size() / 2;
    launch({blocks, heads, rows}, 128, [&] {
        attend<T>(qkv.data(), bias.data(), cache.data(), described, tiles.data(), out.data(), of.past, of.fresh, positions,
                  heads, width, cache_rows, capacity);
    });
    std::vector<double> expected;
    bool is_stored = true;
    auto part = [&](u32 position, u32 part, u32 head, u32 i) {
        u32 column = part * all + head * width + i;
        return (double)number(qkv[(size_t)position * 3 * all + column]) + number(bias[column]);
    };
    auto cached = [&](u32 half, u32 row, u32 head, u32 place, u32 i) {
        return (double)number(cache[((((size_t)half * cache_rows + row) * heads + head) * capacity + place) * width + i]);
    };
    for (u32 position = 0; position < what.size(); position++) {
        const Seen& one = what[position];
        for (u32 head = 0; head < heads; head++) {
            std::vector<double> scores;
            std::vector<u32> places;
            for (u32 place = 0; place < capacity; place++)
                if (place < one.prefix || (place >= one.begin && place < one.end)) {
                    double score = 0.0;
                    for (u32 i = 0; i < width; i++) score += part(position, 0, head, i) * cached(0, one.row, head, place, i);
                    scores.push_back(score / std::sqrt((double)width));
                    places.push_back(place);
                }
            double top = *std::max_element(scores.begin(), scores.end()), total = 0.0;
            for (double& score : scores) total += score = std::exp(score - top);
            for (u32 i = 0; i < width; i++) {
                double sum = 0.0;
                for (size_t k = 0; k < places.size(); k++) sum += scores[k] / total * cached(1, one.row, head, places[k], i);
                expected.push_back(sum);
                for (u32 half = 0; half < 2; half++) {
                    double apart = cached(half, one.row, head, one.place, i) - part(position, 1 + half, head, i);
                    is_stored = is_stored && std::fabs(apart) <= tolerance<T>();
                }
            }
        }
    }
    expect(is_stored, "store");
    expect_near(out, expected, "attend");
}

void products() {
    const u32 rows = 70, inputs = 45, outputs = 131;
    auto x = some<float>(rows * inputs), weight = some<float>(outputs * inputs);
    auto times = [&](u32 count) {
        std::vector<float> out(count * outputs);
        launch({(outputs + 63) / 64, (count + 63) / 64, 1}, 256,
               [&] { product_of(x.data(), weight.data(), out.data(), count, inputs, outputs); });
        return out;
    };
    std::vector<double> expected;
    for (u32 row = 0; row < rows; row++)
        for (u32 output = 0; output < outputs; output++) {
            double sum = 0.0;
            for (u32 i = 0; i < inputs; i++) sum += (double)x[row * inputs + i] * weight[output * inputs + i];
            expected.push_back(sum);
        }
    auto all = times(rows), few = times(3);
    expect_near(all, expected, "product");
    expect(std::equal(few.begin(), few.end(), all.begin()), "product: fewer rows, the same bits");
}

// A token by sorting and summing.
u32 drawn_literally(const std::vector<float>& logits, double draw, float coldness, u32 top_k, double top_p) {
    u32 vocab = logits.size();
    float top = *std::max_element(logits.begin(), logits.end());
    if (coldness == 0.0f) return std::find(logits.begin(), logits.end(), top) - logits.begin();
    std::vector<u32> order(vocab);
    std::iota(order.begin(), order.end(), 0u);
    std::stable_sort(order.begin(), order.end(), [&](u32 a, u32 b) { return logits[a] > logits[b]; });
    std::vector<double> weights;
    for (float logit : logits) weights.push_back(power_of_e((logit - top) * coldness));
    if (top_k > 0) order.resize(std::min(top_k, vocab));
    if (top_p > 0.0) {
        double all = 0.0, share = 0.0;
        for (u32 token : order) all += weights[token];
        size_t kept = 0;
        while (kept < order.size() && share < top_p * all) share += weights[order[kept++]];
        order.resize(kept);
    }
    std::sort(order.begin(), order.end());
    double all = 0.0, passed = 0.0;
    for (u32 token : order) all += weights[token];
    for (u32 token : order)
        if ((passed += weights[token]) > draw * all) return token;
    return order.back();
}

template <typename T> void drawing(u32 vocab, float coldness, u32 top_k, double top_p, bool guided, u32 levels) {
    const u32 samples = 2, queries = 3, cells = 9, settled = 4, free = 8, begun = 3;
    auto logits = some<T>((size_t)(guided ? 2 : 1) * samples * queries * vocab, -6.0f, 6.0f);
    // Few levels make many ties.
    if (levels > 0)
        for (T& logit : logits) logit = rounded<T>(std::floor(number(logit) * levels / 12.0f));
    std::vector<float> scales{1.0f, 1.5f, 3.0f};
    std::vector<double> draws(samples * free);
    for (double& draw : draws) draw = std::uniform_real_distribution<double>(0.0, 1.0)(numbers);
    std::vector<u32> tokens(samples * cells, 77);
    launch({samples * queries, 1, 1}, DRAW_THREADS, [&] {
        draw<T>(logits.data(), guided ? scales.data() : nullptr, draws.data(), tokens.data(), samples, queries, vocab, free,
                begun, cells, settled, coldness, top_k, top_p);
    });
    for (u32 sample = 0; sample < samples; sample++)
        for (u32 cell = 0; cell < cells; cell++) {
            u32 found = tokens[sample * cells + cell], expected = 77;
            if (cell >= settled && cell < settled + queries) {
                u32 query = cell - settled;
                std::vector<float> of;
                for (u32 token = 0; token < vocab; token++) {
                    size_t at = ((size_t)sample * queries + query) * vocab + token;
                    float with = number(logits[at]);
                    float without = guided ? number(logits[(size_t)samples * queries * vocab + at]) : with;
                    float more = (with - without) * scales[query];
                    of.push_back(guided ? without + more : with);
                }
                expected = drawn_literally(of, draws[sample * free + begun + query], coldness, top_k, top_p);
            }
            if (found != expected)
                std::printf("vocab %u coldness %g k %u p %g guided %d levels %u: %u, not %u\n", vocab, coldness, top_k, top_p,
                            guided, levels, found, expected);
            expect(found == expected, "draw");
        }
}

void broken() {
    for (float bad : {NAN, INFINITY}) {
        std::vector<float> logits{0.0f, 1.0f, bad, 2.0f};
        double half = 0.5;
        for (float coldness : {0.0f, 1.0f}) {
            u32 token = 5;
            launch({1, 1, 1}, DRAW_THREADS,
                   [&] { draw<float>(logits.data(), nullptr, &half, &token, 1, 1, 4, 1, 0, 1, 0, coldness, 0, 0.0); });
            expect(token == NO_TOKEN, "draw: logits that are not finite");
        }
    }
}

template <typename T> void all() {
    embedding<T>();
    norms<T>();
    gelus<T>();
    for (auto [heads, width] : {std::pair{2u, 64u}, {3u, 6u}, {1u, 128u}, {2u, 40u}}) {
        attention<T>({2, 20, 0, 1, true}, heads, width);
        attention<T>({2, 37, 45, 16, true}, heads, width);
        attention<T>({1, 1, 0, 1, true}, heads, width);
        attention<T>({3, 19, 30, 0, false}, heads, width);
    }
    for (u32 vocab : {5u, 300u, 1000u})
        for (bool guided : {false, true})
            for (u32 levels : {0u, 5u}) {
                drawing<T>(vocab, 0.0f, 0, 0.0, guided, levels);
                drawing<T>(vocab, 1.0f, 0, 0.0, guided, levels);
                drawing<T>(vocab, 0.7f, 3, 0.0, guided, levels);
                drawing<T>(vocab, 1.3f, 0, 0.6, guided, levels);
                drawing<T>(vocab, 0.9f, 40, 0.9, guided, levels);
                drawing<T>(vocab, 1.0f, 0, 0.05, guided, levels);
            }
}

}  // namespace

int main() {
    all<float>();
    all<__nv_bfloat16>();
    products();
    broken();
    std::printf(failures == 0 ? "kernels: all as defined\n" : "kernels: %d failures\n", failures);
    return failures == 0 ? 0 : 1;
}
