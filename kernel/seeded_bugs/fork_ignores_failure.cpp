// Wrong: fork does not look whether a page could be mapped in the child, which then begins its life
// with holes.
#include "kernel/mm/mapping_change.h"
#include "kernel/mm/space.h"

namespace kernel {

Result<void> AddressSpace::fork_into(AddressSpace& child) {
    MappingChange change(asid_tag_);
    for (VirtAddr page = next_mapped({0}, end_); page < end_;
         page = next_mapped(page + page_size, end_)) {
        static_cast<void>(fork_page(page, *find(page), child, change));  // the bug
    }
    return {};
}

}  // namespace kernel
