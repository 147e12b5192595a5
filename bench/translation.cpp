// What do an Sv39 walk and a flush of the translation cache cost?
#include <benchmark/benchmark.h>

#include <array>
#include <memory>

#include "harts/memory/tlb.h"
#include "harts/memory/walk.h"

using namespace stampede;

namespace {

constexpr u64 all_rights = Pte::v | Pte::r | Pte::w | Pte::x | Pte::a | Pte::d;

// One path from the root to a leaf at `level`; page table n lies at address n * 4096.
void walk_to(benchmark::State& state) {
    const int leaf_level = static_cast<int>(state.range(0));
    std::array<std::array<u64, 512>, 3> tables{};
    const u64 address = u64{5} << 30 | u64{6} << 21 | u64{7} << 12;
    for (int level = 2, table = 0; level >= leaf_level; --level, ++table) {
        const u64 target = level == leaf_level ? u64{1} << 40 : u64(table + 1) << 12;
        const u64 bits = level == leaf_level ? all_rights : u64{Pte::v};
        tables[static_cast<u64>(table)][sv39_index(address, level)] = target >> 12 << 10 | bits;
    }
    auto read = [&](PhysAddr at) -> std::optional<u64> {
        return __atomic_load_n(&tables[at.value >> 12][at.offset() / 8], __ATOMIC_RELAXED);
    };
    auto update = [](PhysAddr, u64, u64) { return true; };
    for (auto _ : state) {
        auto walked = walk(Satp{u64{8} << 60}, address, Access::Read, {}, read, update);
        if (!walked) {
            return state.SkipWithError("the walk faulted");
        }
        benchmark::DoNotOptimize(walked);
    }
}
BENCHMARK(walk_to)->ArgName("level")->DenseRange(0, 2);

// `entries` translations taken and then, as sfence.vma without operands does, all dropped.
// (Stopping the clock for the first half costs more than either.)
void fill_and_flush(benchmark::State& state) {
    auto bank = std::make_unique<TlbBank>();
    for (auto _ : state) {
        for (u64 page = 0; page < static_cast<u64>(state.range(0)); ++page) {
            bank->take(page * page_size, 0x8000'0000 + page * page_size, 0, false).read =
                page * page_size;
        }
        bank->flush();
        benchmark::ClobberMemory();
    }
}
BENCHMARK(fill_and_flush)->ArgName("entries")->Arg(0)->Arg(8)->Arg(64)->Arg(512);

}  // namespace

BENCHMARK_MAIN();
