// All tables and leaves of page tables, whoever's they are.
#pragma once
#include <functional>
#include <vector>

#include "harts/memory/pte.h"
#include "harts/memory/ram.h"

namespace stampede {

struct PageTableVisitor {
    std::function<void(PhysAddr)> table;                    // each, the root first
    std::function<void(u64 address, Pte, int level)> leaf;  // by virtual address
};

// What lies outside RAM or is no PTE is passed over. A table is visited once, by whichever root it
// is reached first: any memory ends the scan, however many roots there are.
class PageTableScan {
public:
    // `ram` outlives this.
    PageTableScan(const Ram& ram, PageTableVisitor visitor)
        : ram_(ram), visitor_(std::move(visitor)), visited_(ram.pages()) {}

    void from(PhysAddr root) { table(root, sv39_levels - 1, 0); }

private:
    void table(PhysAddr at, int level, u64 base);

    const Ram& ram_;
    const PageTableVisitor visitor_;
    std::vector<bool> visited_;
};

}  // namespace stampede
