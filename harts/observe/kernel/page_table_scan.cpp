#include "harts/observe/kernel/page_table_scan.h"

#include <vector>

namespace stampede {
namespace {

class Scan {
public:
    Scan(const Ram& ram, const PageTableVisitor& visitor)
        : ram_(ram), visitor_(visitor), visited_(ram.pages()) {}

    void table(PhysAddr at, int level, u64 base) {
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

private:
    const Ram& ram_;
    const PageTableVisitor& visitor_;
    std::vector<bool> visited_;
};

}  // namespace

void scan_page_table(const Ram& ram, PhysAddr root, const PageTableVisitor& visitor) {
    Scan(ram, visitor).table(root, sv39_levels - 1, 0);
}

}  // namespace stampede
