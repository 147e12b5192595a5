// Running a space on a CPU, and what that CPU must forget first.
#include "kernel/mm/asid.h"

#include <array>

#include "kernel/arch/arch.h"
#include "kernel/mm/asid_numbers.h"

namespace kernel {

namespace {

struct alignas(64) CpuGeneration {
    std::uint64_t value = 0;                   // its own CPU only
};
constinit std::array<CpuGeneration, arch::max_cpus> cpu_generations;

}  // namespace

void AsidTag::use_on_this_cpu(PhysAddr root) {
    std::uint32_t cpu = arch::cpu_id();
    if (!have_asids()) {                     // no ASIDs: nothing of another space may stay
        arch::use_page_table(root, 0);
        arch::flush_all_spaces();
        tag_ = 1;
        if (last_cpu_ != cpu) arch::instruction_fence();
        last_cpu_ = cpu;
        return;
    }
    bool fresh = !ever_used() || asid_generation_of(tag_) != asid_generation_now();
    bool moved = fresh || last_cpu_ != cpu;
    if (fresh) tag_ = fresh_asid_tag();
    last_cpu_ = cpu;

    arch::use_page_table(root, asid());
    std::uint64_t& generation = cpu_generations[cpu].value;
    if (generation != asid_generation_of(tag_)) {
        arch::flush_all_spaces();
        generation = asid_generation_of(tag_);
    } else if (moved && !fresh) {
        // what this CPU knew of the space may be older than its last changes elsewhere
        arch::flush_space(asid());
    }
    if (moved) arch::instruction_fence();      // likewise for code this CPU has fetched from these frames
}

}  // namespace kernel
