// Wrong: a process that comes back to a CPU finds the translations that it left there, also those
// it has changed on another CPU meanwhile.
#include "kernel/mm/asid.h"

#include <array>

#include "kernel/arch/arch.h"
#include "kernel/mm/asid_numbers.h"

namespace kernel {

namespace {

struct alignas(64) CpuGeneration {
    std::uint64_t value = 0;  // its own CPU only
};
constinit std::array<CpuGeneration, arch::max_cpus> cpu_generations;

}  // namespace

void AsidTag::forget_stale_here(KnownHere) const {
    std::uint64_t& generation = cpu_generations[arch::cpu_id()].value;
    // the bug: what may be stale is to be flushed
    if (generation == asid_generation_of(tag_)) {
        return;
    }
    arch::flush_all_spaces();
    generation = asid_generation_of(tag_);
}

}  // namespace kernel
