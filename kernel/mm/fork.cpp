// fork's half of copy-on-write: page by page (fork_page.cpp) from parent to child.
#include "kernel/mm/mapping_change.h"
#include "kernel/mm/space.h"

namespace kernel {

Result<void> AddressSpace::fork_into(AddressSpace& child) {
    // flushed when it goes: before the child can run
    MappingChange change(asid_tag_);
    for (VirtAddr page = next_mapped({0}, end_); page < end_;
         page = next_mapped(page + page_size, end_)) {
        Result<void> done = fork_page(page, *find(page), child, change);
        // pages already marked stay so: their next write settles it
        if (!done) {
            return done;
        }
    }
    return {};
}

}  // namespace kernel
