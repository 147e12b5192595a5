// A small guest memory made by hand, for tests of the audit: frames, counts, a free list, processes
// and their page tables, all right until a test breaks something.
#pragma once
#include <map>
#include <vector>

#include "harts/memory/pte.h"
#include "harts/memory/ram.h"
#include "kernel/abi/audit_table.h"

namespace stampede {

class SyntheticGuest {
public:
    // 2 MiB of RAM: the table, arrays and process slots in the first 256 KiB, then 64 frames of
    // which 48 were used.
    SyntheticGuest();

    static constexpr u64 frames = 64;
    static constexpr u64 frontier = 48;
    static constexpr unsigned slots = 8;
    static constexpr u64 marker = u64{1} << 8;
    static constexpr u64 user = Pte::v | Pte::u | Pte::a | Pte::d;

    [[nodiscard]] const Ram& ram() const { return ram_; }
    [[nodiscard]] Ram& ram() { return ram_; }
    [[nodiscard]] PhysAddr table_address() const;
    [[nodiscard]] abi::AuditTable& table() { return table_; }
    [[nodiscard]] static PhysAddr address_of(u64 frame);

    // A used frame with count 0 that is on no list yet.
    u64 take_frame(abi::FrameOwner owner);
    // A process with an empty page table; gives its slot.
    unsigned add_process(u32 pid);
    // Maps one page with `permissions` (PTE bits) and adds a reference to the frame.
    void map(unsigned slot, u64 virtual_address, u64 frame, u64 permissions);
    // Puts all frames below the frontier that nobody took on the free list and writes the table.
    // Call once, last.
    void finish();

    [[nodiscard]] u64 root_of(unsigned slot) const;                                // frame
    [[nodiscard]] PhysAddr pte_address(unsigned slot, u64 virtual_address) const;  // of the leaf
    [[nodiscard]] u64 pte(unsigned slot, u64 virtual_address) const {
        return ram_.load_u64(pte_address(slot, virtual_address));
    }
    void set_pte(unsigned slot, u64 virtual_address, u64 bits) {
        ram_.store_u64(pte_address(slot, virtual_address), bits);
    }
    [[nodiscard]] u32 count(u64 frame) const;
    void set_count(u64 frame, u32 count);
    void set_owner(u64 frame, u8 owner);
    // in the list's order
    [[nodiscard]] std::vector<u64> free_frames() const;
    void set_next_free(u64 frame, u64 address) { ram_.store_u64(address_of(frame), address); }

private:
    void store_u32(PhysAddr at, u32 value);
    u64 new_page_table();

    Ram ram_;
    abi::AuditTable table_{};
    u64 next_frame_ = 0;
    unsigned next_slot_ = 0;
};

}  // namespace stampede
