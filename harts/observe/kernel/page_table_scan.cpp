#include "harts/observe/kernel/page_table_scan.h"

namespace stampede {

void PageTableScan::table(PhysAddr at, int level, u64 base) {
    if (at.offset() != 0 || !ram_.contains(at, page_size) || visited_[ram_.page_index(at)]) {
        return;
    }
    visited_[ram_.page_index(at)] = true;
    if (visitor_.table) {
        visitor_.table(at);
    }
    for (u64 index = 0; index < page_size / 8; ++index) {
        const Pte pte{ram_.load_u64(at + index * 8)};
        if ((pte.bits & Pte::v) == 0) {
            continue;
        }
        const u64 address = base + index * sv39_level_size(level);
        if (!pte.leaf() && level > 0) {
            table(pte.ppn().address(), level - 1, address);
        } else if (pte.leaf() && visitor_.leaf) {
            visitor_.leaf(address, pte, level);
        }
    }
}

}  // namespace stampede
