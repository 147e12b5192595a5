// Page-table pages: the shape of Sv39's three levels.
#pragma once
#include <cstdint>

#include "kernel/arch/arch.h"
#include "kernel/arch/pte.h"

namespace kernel {

inline constexpr unsigned table_entries = 512;
inline constexpr unsigned table_levels = 3;

// The entry's index in a table of `level` (2: root, 0: leaves), and the bytes one such entry spans.
constexpr unsigned table_index(VirtAddr address, unsigned level) {
    return static_cast<unsigned>(address.value >> (12 + 9 * level)) % table_entries;
}
constexpr std::uint64_t table_span(unsigned level) { return page_size << (9 * level); }

inline Pte* table_at(PhysAddr address) { return reinterpret_cast<Pte*>(arch::direct_map(address)); }

}  // namespace kernel
