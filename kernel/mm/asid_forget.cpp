// What a CPU must forget of its translations before it runs a space.
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

void AsidTag::forget_stale_here(KnownHere known) const {
    std::uint64_t& generation = cpu_generations[arch::cpu_id()].value;
    if (generation != asid_generation_of(tag_)) {
        arch::flush_all_spaces();
        generation = asid_generation_of(tag_);
    } else if (known == KnownHere::may_be_stale) {
        arch::flush_space(asid());
    }
}

}  // namespace kernel
