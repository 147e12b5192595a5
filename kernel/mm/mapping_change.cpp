#include "kernel/mm/mapping_change.h"

#include "kernel/arch/arch.h"
#include "kernel/policy/policy.h"

namespace kernel {

void MappingChange::set(VirtAddr page, Pte& entry, Pte value, Frame* given_up) {
    if (frame_count_ == limit) {
        finish();
    }
    entry = value;
    if (page_count_ < limit) {
        pages_[page_count_] = page;
    }
    ++page_count_;
    if (given_up) {
        frames_[frame_count_++] = given_up;
    }
    if (policy::flushes_each_change) {
        finish();
    }
}

void MappingChange::finish() {
    // a space that never ran left no translation anywhere
    if (page_count_ && tag_.ever_used()) {
        if (page_count_ <= limit && !policy::flushes_each_change) {
            for (std::uint32_t i = 0; i < page_count_; ++i) {
                arch::flush_page(pages_[i], tag_.asid());
            }
        } else {
            arch::flush_space(tag_.asid());
        }
    }
    for (std::uint32_t i = 0; i < frame_count_; ++i) {
        policy::drop(*frames_[i]);
    }
    page_count_ = frame_count_ = 0;
}

}  // namespace kernel
