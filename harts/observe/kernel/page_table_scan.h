// All tables and leaves of one page table, whoever's it is.
#pragma once
#include <functional>

#include "harts/memory/pte.h"
#include "harts/memory/ram.h"

namespace stampede {

struct PageTableVisitor {
    std::function<void(PhysAddr)> table;                    // each, the root first
    std::function<void(u64 address, Pte, int level)> leaf;  // by virtual address
};

// What lies outside RAM or is no PTE is passed over; a table is visited once, so any memory ends
// the scan.
void scan_page_table(const Ram& ram, PhysAddr root, const PageTableVisitor& visitor);

}  // namespace stampede
