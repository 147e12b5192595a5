// What loops in supervisor mode need: a way there, and words of Sv39 page tables.
#pragma once
#include "bench/guest/platform.h"

extern "C" void run_in_supervisor_mode(bench_guest::u64 (*function)(bench_guest::u64),
                                       bench_guest::u64 argument);

namespace bench_guest {

inline constexpr u64 page_size = 4096, ram = 0x8000'0000;
// dirty, accessed, executable, writable, readable, valid; valid alone
inline constexpr u64 leaf = 0xcf, table_bit = 1;

struct PageTable {
    alignas(page_size) u64 entry[512];
};

constexpr u64 pte(u64 address, u64 bits) { return address >> 12 << 10 | bits; }
inline u64 pte(const PageTable& table) { return pte(reinterpret_cast<u64>(&table), table_bit); }
inline u64 satp_of(const PageTable& root) {
    return u64{8} << 60 | reinterpret_cast<u64>(&root) >> 12;
}

// RAM's first GiB as it is, by superpages, but for the tables of 512 pages each that stand in
// `tables` and begin at `paged`.
template <u64 count>
void map(PageTable& root, PageTable& middle, PageTable (&tables)[count], u64 paged) {
    root.entry[ram >> 30] = pte(middle);
    for (u64 i = 0; i < 512; ++i) {
        middle.entry[i] = pte(ram + (i << 21), leaf);
    }
    for (u64 t = 0; t < count; ++t) {
        const u64 begin = paged + (t << 21);
        for (u64 i = 0; i < 512; ++i) {
            tables[t].entry[i] = pte(begin + i * page_size, leaf);
        }
        middle.entry[(begin >> 21) & 511] = pte(tables[t]);
    }
}

}  // namespace bench_guest
