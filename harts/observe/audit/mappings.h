// Who maps which frame: the leaves of every process's user half, found by walking its page tables.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "harts/memory/pte.h"
#include "harts/observe/audit/view.h"
#include "harts/observe/audit/violations.h"

namespace stampede {

struct Mapping {
    u64 frame = 0;
    u64 virtual_address = 0;
    Pte pte;
    u32 pid = 0;
};

class Mappings {
public:
    // Walks all page tables in parallel; PTEs that are wrong by themselves go to `violations`. Each
    // page table is visited once, so a cycle or a hostile tree ends.
    [[nodiscard]] static Mappings collect(const AuditView& view, Violations& violations);

    [[nodiscard]] std::span<const Mapping> of(u64 frame) const;
    // Whether a process uses the page table in this frame.
    [[nodiscard]] bool holds_page_table(u64 frame) const { return page_tables_[frame] != 0; }
    // Whether a process uses this frame: maps it, or has it as a page table.
    [[nodiscard]] bool used(u64 frame) const {
        return holds_page_table(frame) || !of(frame).empty();
    }
    // Whether any process uses a frame from this one on.
    [[nodiscard]] bool reach(u64 frame) const { return end_ > frame; }
    [[nodiscard]] u64 frames_used() const;

private:
    // All mappings of `parts`, none of a frame at or behind `mapped`.
    template <class Parts>
    void sort(const Parts& parts, u64 mapped);

    std::vector<Mapping> by_frame_;  // sorted by frame, pid, address
    std::vector<u64>
        first_;  // of each frame up to the last that is mapped, in by_frame_; one more at the end
    std::vector<u8> page_tables_;  // per frame
    u64 end_ = 0;                  // behind the last frame that is used
};

// "pid 3 at 0x0000000000004000 (rwxu marker)"
[[nodiscard]] std::string describe(const Mapping& mapping, u64 marker);

}  // namespace stampede
