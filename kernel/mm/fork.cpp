// fork's half of copy-on-write. A page that may be written becomes read-only and marked in parent and child, who share
// its frame; one that may not is shared as it is. Where the policy gives no further reference the child gets its own
// copy.
#include "kernel/base/string.h"
#include "kernel/mm/mapping_change.h"
#include "kernel/mm/space.h"
#include "kernel/policy/policy.h"

namespace kernel {

namespace {

// What a page's own copy may do: a marked page was writable, and a copy of it is shared with nobody.
constexpr Pte unshared(Pte entry) {
    return entry.has(Pte::marker) ? entry.without(Pte::marker).with(Pte::write) : entry;
}

constexpr Pte shared(Pte entry) {
    return entry.has(Pte::write) ? entry.without(Pte::write).with(Pte::marker) : entry;
}

}  // namespace

Result<void> AddressSpace::fork_page(VirtAddr page, Pte& entry, AddressSpace& child, MappingChange& change) {
    // The child's tables first: when there is no memory for them, no reference has been taken yet.
    Result<Pte*> slot = child.find_or_make(page);
    if (!slot) return failure(slot.error());

    Frame& frame = frame_at(entry.frame());
    if (policy::share(frame)) {
        if (entry.has(Pte::write)) change.set(page, entry, shared(entry));
        **slot = shared(entry);                       // the child has never run: no CPU knows its pages
        return {};
    }
    Frame* copy = policy::allocate(FrameOwner::user);
    if (!copy) return failure(Error::out_of_memory);
    copy_page(bytes_of(*copy), bytes_of(frame));
    **slot = unshared(entry).moved_to(address_of(*copy));
    return {};
}

Result<void> AddressSpace::fork_into(AddressSpace& child) {
    MappingChange change(asid_tag_);                  // flushed when it goes: before the child can run
    for (VirtAddr page = next_mapped({0}, end_); page < end_; page = next_mapped(page + page_size, end_)) {
        Result<void> done = fork_page(page, *find(page), child, change);
        if (!done) return done;                       // pages already marked stay so: their next write settles it
    }
    return {};
}

}  // namespace kernel
