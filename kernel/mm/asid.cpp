#include "kernel/mm/asid.h"

#include <array>

#include "kernel/arch/arch.h"
#include "kernel/base/relaxed.h"

namespace kernel {

namespace {

// ASID 0 is the kernel's own page table's, which maps no user pages; so tags that would give 0 are left out.
constinit std::uint64_t asid_count = 1;        // ASIDs a generation, 0 included; written once at boot
// The next tag. Added to by whoever runs a new or outdated space; only its uniqueness matters, so relaxed.
constinit Relaxed<std::uint64_t> next_tag;

struct alignas(64) CpuGeneration {
    std::uint64_t value = 0;                   // its own CPU only
};
constinit std::array<CpuGeneration, arch::max_cpus> cpu_generations;

std::uint64_t generation_of(std::uint64_t tag) { return tag / asid_count; }

std::uint64_t fresh_tag() {
    for (;;) {
        std::uint64_t tag = next_tag.add(1);
        if (tag % asid_count != 0) return tag;
    }
}

}  // namespace

void asids_init(std::uint16_t largest) {
    asid_count = std::uint64_t{largest} + 1;
    next_tag.store(asid_count);                // generation 1: tag 0 stays "never ran", generation 0 "flush first"
}

std::uint16_t AsidTag::asid() const { return static_cast<std::uint16_t>(tag_ % asid_count); }

void AsidTag::use_on_this_cpu(PhysAddr root) {
    std::uint32_t cpu = arch::cpu_id();
    if (asid_count == 1) {                     // no ASIDs: nothing of another space may stay
        arch::use_page_table(root, 0);
        arch::flush_all_spaces();
        tag_ = 1;
        if (last_cpu_ != cpu) arch::instruction_fence();
        last_cpu_ = cpu;
        return;
    }
    bool fresh = !ever_used() || generation_of(tag_) != generation_of(next_tag.load());
    bool moved = fresh || last_cpu_ != cpu;
    if (fresh) tag_ = fresh_tag();
    last_cpu_ = cpu;

    arch::use_page_table(root, asid());
    std::uint64_t& generation = cpu_generations[cpu].value;
    if (generation != generation_of(tag_)) {
        arch::flush_all_spaces();
        generation = generation_of(tag_);
    } else if (moved && !fresh) {
        // what this CPU knew of the space may be older than its last changes elsewhere
        arch::flush_space(asid());
    }
    if (moved) arch::instruction_fence();      // likewise for code this CPU has fetched from these frames
}

}  // namespace kernel
