// Running a space on a CPU.
#include "kernel/mm/asid.h"

#include "kernel/arch/arch.h"
#include "kernel/mm/asid_numbers.h"

namespace kernel {

void AsidTag::use_on_this_cpu(PhysAddr root) {
    std::uint32_t cpu = arch::cpu_id();
    if (!have_asids()) {  // no ASIDs: nothing of another space may stay
        arch::use_page_table(root, 0);
        arch::flush_all_spaces();
        tag_ = 1;
        if (last_cpu_ != cpu) {
            arch::instruction_fence();
        }
        last_cpu_ = cpu;
        return;
    }
    bool fresh = !ever_used() || asid_generation_of(tag_) != asid_generation_now();
    bool moved = fresh || last_cpu_ != cpu;
    if (fresh) {
        tag_ = fresh_asid_tag();
    }
    last_cpu_ = cpu;

    arch::use_page_table(root, asid());
    forget_stale_here(moved && !fresh ? KnownHere::may_be_stale : KnownHere::holds);
    // likewise for code this CPU has fetched from these frames
    if (moved) {
        arch::instruction_fence();
    }
}

}  // namespace kernel
