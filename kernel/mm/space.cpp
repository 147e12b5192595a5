#include "kernel/mm/space.h"

#include "kernel/arch/table.h"
#include "kernel/base/print.h"
#include "kernel/base/string.h"
#include "kernel/mm/mapping_change.h"
#include "kernel/policy/policy.h"

namespace kernel {

namespace {

Result<PhysAddr> make_table() {
    Frame* frame = policy::allocate(FrameOwner::page_table);
    if (!frame) {
        return failure(Error::out_of_memory);
    }
    zero_page(bytes_of(*frame));
    return address_of(*frame);
}

void free_table(PhysAddr table) { policy::drop(frame_at(table)); }

}  // namespace

Result<void> AddressSpace::create() {
    KERNEL_ASSERT(!exists());
    Result<PhysAddr> root = make_table();
    if (!root) {
        return failure(root.error());
    }
    Pte* kernel_half = table_at(*root) + table_entries / 2;
    for (std::uint64_t entry : arch::kernel_root_entries()) {
        *kernel_half++ = {entry};
    }
    root_ppn_ = root->value / page_size;
    end_ = {};
    asid_tag_.forget();
    return {};
}

void AddressSpace::take(AddressSpace& other) {
    KERNEL_ASSERT(!exists());
    root_ppn_ = other.root_ppn_;
    end_ = other.end_;
    asid_tag_ = other.asid_tag_;
    other.root_ppn_ = 0;
    other.end_ = {};
    other.asid_tag_.forget();
}

void AddressSpace::destroy() {
    if (!exists()) {
        return;
    }
    unmap({0}, end_);
    Pte* top = table_at(root());
    for (VirtAddr at{0}; at < end_; at += table_span(2)) {
        Pte middle = top[table_index(at, 2)];
        if (!middle.has(Pte::valid)) {
            continue;
        }
        Pte* entries = table_at(middle.frame());
        for (unsigned i = 0; i < table_entries && at + i * table_span(1) < end_; ++i) {
            if (entries[i].has(Pte::valid)) {
                free_table(entries[i].frame());
            }
        }
        free_table(middle.frame());
    }
    free_table(root());
    root_ppn_ = 0;
    end_ = {};
    asid_tag_.forget();
}

Result<Pte*> AddressSpace::find_or_make(VirtAddr page) {
    KERNEL_ASSERT(page.value < user_end);
    // before the tables, so that destroy() finds them
    if (end_ < page + page_size) {
        end_ = page + page_size;
    }
    Pte* table = table_at(root());
    for (unsigned level = table_levels - 1; level > 0; --level) {
        Pte& entry = table[table_index(page, level)];
        if (!entry.has(Pte::valid)) {
            Result<PhysAddr> made = make_table();
            if (!made) {
                return failure(made.error());
            }
            // its pages get a flush each when they are mapped
            entry = Pte::table(*made);
        }
        table = table_at(entry.frame());
    }
    return &table[table_index(page, 0)];
}

// The first page in [from, end) that has a valid entry; `end` when there is none. Steps over whole
// absent tables.
VirtAddr AddressSpace::next_mapped(VirtAddr from, VirtAddr end) const {
    if (end_ < end) {
        end = end_;
    }
    while (from < end) {
        Pte* table = table_at(root());
        unsigned level = table_levels - 1;
        while (level > 0 && table[table_index(from, level)].has(Pte::valid)) {
            table = table_at(table[table_index(from, level)].frame());
            --level;
        }
        if (level > 0) {
            from = {(from.value / table_span(level) + 1) * table_span(level)};
            continue;
        }
        for (unsigned i = table_index(from, 0); i < table_entries && from < end;
             ++i, from += page_size) {
            if (table[i].has(Pte::valid)) {
                return from;
            }
        }
    }
    return end;
}

Result<void> AddressSpace::map_new(VirtAddr page, Frame& frame, std::uint64_t permissions) {
    Result<Pte*> entry = find_or_make(page);
    if (!entry) {
        return failure(entry.error());
    }
    KERNEL_ASSERT(!(*entry)->has(Pte::valid));
    MappingChange change(asid_tag_);
    change.set(page, **entry, Pte::leaf(address_of(frame), permissions | Pte::user));
    return {};
}

Result<void> AddressSpace::map_zeroed(VirtAddr begin, VirtAddr end, std::uint64_t permissions) {
    for (VirtAddr page = begin; page < end; page += page_size) {
        Frame* frame = policy::allocate(FrameOwner::user);
        Result<void> mapped = failure(Error::out_of_memory);
        if (frame) {
            zero_page(bytes_of(*frame));
            mapped = map_new(page, *frame, permissions);
            if (!mapped) {
                policy::drop(*frame);
            }
        }
        if (!mapped) {
            unmap(begin, page);
            return mapped;
        }
    }
    return {};
}

void AddressSpace::unmap(VirtAddr begin, VirtAddr end) {
    if (end_ < end) {
        end = end_;
    }
    MappingChange change(asid_tag_);
    for (VirtAddr page = next_mapped(begin, end); page < end;
         page = next_mapped(page + page_size, end)) {
        Pte& entry = *find(page);
        change.set(page, entry, Pte{}, &frame_at(entry.frame()));
    }
}

void AddressSpace::activate() {
    KERNEL_ASSERT(exists());
    asid_tag_.use_on_this_cpu(root());
}

}  // namespace kernel
