// The parked kernel's memory, to be broken on purpose: counts, PTEs and free lists through the
// kernel's own audit table.
#pragma once
#include <functional>
#include <vector>

#include "harts/memory/pte.h"
#include "harts/observe/audit/audit.h"
#include "harts/observe/audit/view.h"

namespace stampede {

class GuestMemory {
public:
    struct Leaf {
        PhysAddr at;  // of the PTE
        Pte pte;
        u64 frame;
    };

    // The table must be well-formed.
    GuestMemory(Ram& ram, PhysAddr table);

    // All leaves of user pages, of all processes.
    [[nodiscard]] const std::vector<Leaf>& leaves() const { return leaves_; }
    // The first one that has all of `set` and none of `clear`; a test that needs one fails without.
    [[nodiscard]] Leaf leaf_with(u64 set, u64 clear) const;
    [[nodiscard]] u64 marker() const { return view_.marker(); }

    void set_pte(const Leaf& leaf, u64 bits) { ram_.store_u64(leaf.at, bits); }
    void add_to_count(u64 frame, i64 difference);
    // Frames of the longest free list, in its order, at most `most`.
    [[nodiscard]] std::vector<u64> free_frames(std::size_t most) const;
    void set_next_free(u64 frame, u64 address) { ram_.store_u64(view_.free_link(frame), address); }
    [[nodiscard]] u64 next_free(u64 frame) const { return view_.next_free(frame).value; }
    [[nodiscard]] u64 address_of(u64 frame) const { return view_.address_of(frame).value; }
    // Puts a frame on the free list and takes its owner and its count away.
    void free(u64 frame);

private:
    void collect(PhysAddr table, int level);

    Ram& ram_;
    abi::AuditTable table_;
    AuditView view_;
    std::vector<Leaf> leaves_;
};

}  // namespace stampede
