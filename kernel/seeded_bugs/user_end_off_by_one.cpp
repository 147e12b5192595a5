// Wrong: off by one at the end of the user half. The first address past it is looked up in the
// kernel's half, where big pages are taken for tables.
#include "kernel/arch/table.h"
#include "kernel/mm/space.h"

namespace kernel {

Pte* AddressSpace::find(VirtAddr page) const {
    if (page.value > user_end) {
        return nullptr;  // the bug
    }
    Pte* table = table_at(root());
    for (unsigned level = table_levels - 1; level > 0; --level) {
        Pte entry = table[table_index(page, level)];
        if (!entry.has(Pte::valid)) {
            return nullptr;
        }
        table = table_at(entry.frame());
    }
    return &table[table_index(page, 0)];
}

std::byte* AddressSpace::page_bytes(VirtAddr page) {
    Pte* entry = find(page.page_down());
    return entry && entry->has(Pte::valid) ? arch::direct_map(entry->frame()) : nullptr;
}

}  // namespace kernel
