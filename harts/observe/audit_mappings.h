// Who maps which frame: the leaves of every process's user half, found by walking its page tables.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "harts/memory/pte.h"
#include "harts/observe/audit_view.h"
#include "harts/observe/audit_violations.h"

namespace stampede {

struct Mapping {
    u64 frame = 0;
    u64 virtual_address = 0;
    Pte pte;
    u32 pid = 0;
};

class Mappings {
public:
    // Walks all page tables in parallel; PTEs that are wrong by themselves go to `violations`. Each page table is visited
    // once, so a cycle or a hostile tree ends.
    [[nodiscard]] static Mappings collect(const AuditView& view, Violations& violations);

    [[nodiscard]] std::span<const Mapping> of(u64 frame) const;
    // How often the page table in this frame is used by a process: 0 or 1, unless PageTableUsedOnce is broken.
    [[nodiscard]] bool holds_page_table(u64 frame) const { return page_tables_[frame] != 0; }

private:
    std::vector<Mapping> by_frame_;     // sorted by frame, pid, address
    std::vector<u64> first_;            // of each frame in by_frame_; one more at the end
    std::vector<u8> page_tables_;       // per frame
};

// "pid 3 at 0x0000000000004000 (rwxu marker)"
[[nodiscard]] std::string describe(const Mapping& mapping, u64 marker);

}  // namespace stampede
