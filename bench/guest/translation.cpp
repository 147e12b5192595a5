// Loops whose every load misses the TLB. A unit is a load; each is of another page, 4 KiB mapped by
// Sv39, three levels deep.
#include "bench/guest/loop.h"
#include "bench/guest/page_tables.h"

namespace bench_guest {
namespace {

constexpr u64 tables = 8, pages = tables * 512;  // more than a TLB holds
constexpr u64 paged = ram + (u64{64} << 20);
constexpr u64 pages_a_fence = 64;  // few enough for any TLB

PageTable root, middle, last[tables];

void map_pages() { map(root, middle, last, paged); }

u64 load_of(u64 page) {
    return *reinterpret_cast<volatile u64*>(paged + page * page_size + page % 64 * 64);
}

void enter() { asm volatile("csrw satp, %0\n sfence.vma" ::"r"(satp_of(root)) : "memory"); }
void leave() { asm volatile("csrw satp, zero\n sfence.vma" ::: "memory"); }

u64 sweep(u64 units) {
    u64 sum = 0;
    enter();
#pragma clang loop unroll(disable)
    for (u64 i = 0; i < units; ++i) {
        sum += load_of(i % pages);
    }
    leave();
    return sum;
}

u64 sweep_behind_fences(u64 units) {
    u64 sum = 0;
    enter();
#pragma clang loop unroll(disable)
    for (u64 i = 0; i < units; ++i) {
        if (i % pages_a_fence == 0) {
            asm volatile("sfence.vma" ::: "memory");
        }
        sum += load_of(i % pages_a_fence);
    }
    leave();
    return sum;
}

u64 miss(u64 units) {
    run_in_supervisor_mode(sweep, units);
    return units;
}

u64 miss_behind_fences(u64 units) {
    run_in_supervisor_mode(sweep_behind_fences, units);
    return units;
}

constexpr Loop table[] = {
    {"tlb_miss", On::FirstHart, 2'000'000, miss, map_pages},
    {"tlb_fence", On::FirstHart, 2'000'000, miss_behind_fences, map_pages},
};

}  // namespace

std::span<const Loop> translation_loops() { return table; }

}  // namespace bench_guest
