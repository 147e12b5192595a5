// A user address space: 0 to user_end, 4 KiB pages, copy-on-write. It belongs to one process and is
// used by one CPU at a time (the one that runs the process), so it has no lock; moving to another
// CPU flushes there (asid.h).
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "kernel/arch/pte.h"
#include "kernel/base/address.h"
#include "kernel/base/result.h"
#include "kernel/frames/frame.h"
#include "kernel/mm/access.h"
#include "kernel/mm/asid.h"

namespace kernel {

class MappingChange;

class AddressSpace {
public:
    AddressSpace() = default;  // without a page table: create() first
    AddressSpace(const AddressSpace&) = delete;
    AddressSpace& operator=(const AddressSpace&) = delete;

    // An empty space: a root page table with the kernel's half in it.
    Result<void> create();
    // Takes over `other`'s mappings and leaves it without a page table. This one must have none.
    void take(AddressSpace& other);
    // Unmaps everything and frees the page tables. No CPU may be using the space. Nothing to do
    // without a page table.
    void destroy();
    bool exists() const { return root_ppn_ != 0; }

    // Maps zeroed frames at [begin, end), page aligned and unmapped so far. permissions: Pte::read
    // | write | execute. On error nothing stays mapped of it.
    Result<void> map_zeroed(VirtAddr begin, VirtAddr end, std::uint64_t permissions);
    // Unmaps what is mapped in [begin, end), page aligned.
    void unmap(VirtAddr begin, VirtAddr end);

    // Maps into the empty `child` what is mapped here, sharing frames; writable pages become
    // copy-on-write in both. On error the child holds what it got so far, with every reference
    // counted: destroy() it.
    Result<void> fork_into(AddressSpace& child);

    // A fault at `address`. Ok: it was copy-on-write (or the translation was stale) and the access
    // may be tried again. bad_address: the process may not do that. out_of_memory: no frame for the
    // copy; nothing has changed.
    Result<void> handle_fault(VirtAddr address, Access access);

    // Copies between kernel memory and this space; bad_address when any byte is outside the user
    // half, unmapped, or without the permission. copy_out makes shared pages unique first. On error
    // a beginning may have been copied.
    Result<void> copy_out(VirtAddr to, std::span<const std::byte> from);
    Result<void> copy_in(std::span<std::byte> to, VirtAddr from);
    // Copies a NUL-terminated string, the NUL included. Returns its length without the NUL;
    // too_long when it does not fit.
    Result<std::size_t> copy_in_string(std::span<char> to, VirtAddr from);

    // The bytes of the mapped page at `page`, for the kernel to fill (exec); null when unmapped.
    std::byte* page_bytes(VirtAddr page);

    // Makes this CPU translate by this space. Interrupts off.
    void activate();

    PhysAddr root() const { return {root_ppn_ << 12}; }
    std::uint16_t asid() const { return asid_tag_.asid(); }
    static constexpr std::size_t root_ppn_offset() {
        return offsetof(AddressSpace, root_ppn_);
    }  // for the audit table

private:
    Pte* find(VirtAddr page) const;            // the leaf entry; null: no table there
    Result<Pte*> find_or_make(VirtAddr page);  // with the tables above it
    VirtAddr next_mapped(VirtAddr from, VirtAddr end) const;
    Result<void> map_new(VirtAddr page, Frame& frame, std::uint64_t permissions);
    Result<std::byte*> reachable(VirtAddr address, Access access);
    Result<void> make_unique(VirtAddr page, Pte& entry);
    Result<void> fork_page(VirtAddr page, Pte& entry, AddressSpace& child, MappingChange& change);

    std::uint64_t root_ppn_ = 0;  // physical page number of the root page table; 0: none
    VirtAddr end_;                // nothing at or past it was ever mapped
    AsidTag asid_tag_;
};

}  // namespace kernel
