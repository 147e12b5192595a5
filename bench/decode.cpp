// What does it cost to decode an instruction? Decoding happens once for each instruction of a page
// of code, and again whenever somebody writes to that page.
#include <benchmark/benchmark.h>

#include <random>
#include <vector>

#include "harts/isa/instruction.h"

using namespace stampede;

namespace {

// Words that decode to something, drawn at random: full-size ones, or compressed ones.
std::vector<u32> random_words(bool (*wanted)(u32 word)) {
    std::mt19937 random(1);
    std::vector<u32> words;
    while (words.size() < 4096) {
        if (u32 word = static_cast<u32>(random());
            wanted(word) && isa::decode(word).op != isa::Op::Illegal) {
            words.push_back(word);
        }
    }
    return words;
}

bool is_full_size(u32 word) { return (word & 3) == 3; }
bool is_compressed(u32 word) { return (word & 3) != 3; }

void decode(benchmark::State& state, bool (*wanted)(u32 word)) {
    const std::vector<u32> words = random_words(wanted);
    for (auto _ : state) {
        for (u32 word : words) {
            benchmark::DoNotOptimize(isa::decode(word));
        }
    }
    state.SetItemsProcessed(state.iterations() * static_cast<i64>(words.size()));
}
BENCHMARK_CAPTURE(decode, full_size, is_full_size)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(decode, compressed, is_compressed)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
