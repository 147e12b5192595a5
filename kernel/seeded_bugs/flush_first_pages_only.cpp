// Wrong: where a change touches more pages than are noted one by one, only those noted are flushed.
// Small processes never show it.
#include "kernel/arch/arch.h"
#include "kernel/mm/mapping_change.h"
#include "kernel/policy/policy.h"

namespace kernel {

void MappingChange::set(VirtAddr page, Pte& entry, Pte value, Frame* given_up) {
    if (frame_count_ == limit) {
        finish();
    }
    entry = value;
    if (page_count_ < limit) {
        pages_[page_count_++] = page;  // the bug: the others are forgotten
    }
    if (given_up) {
        frames_[frame_count_++] = given_up;
    }
}

void MappingChange::finish() {
    if (tag_.ever_used()) {
        for (std::uint32_t i = 0; i < page_count_; ++i) {
            arch::flush_page(pages_[i], tag_.asid());
        }
    }
    for (std::uint32_t i = 0; i < frame_count_; ++i) {
        policy::drop(*frames_[i]);
    }
    page_count_ = frame_count_ = 0;
}

}  // namespace kernel
