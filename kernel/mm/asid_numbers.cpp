#include "kernel/mm/asid_numbers.h"

#include <array>

#include "kernel/arch/arch.h"
#include "kernel/base/relaxed.h"
#include "kernel/mm/asid.h"

namespace kernel {

namespace {

// ASID 0 is the kernel's own page table's, which maps no user pages; so tags that would give 0 are
// left out.
constinit std::uint64_t asid_count = 1;  // ASIDs a generation, 0 included; written once at boot
constinit std::uint64_t batch = 1;       // tags that a CPU takes at once; written once at boot
// The next tag that no CPU has. Added to by whoever needs tags; only their uniqueness matters, so
// relaxed. Many read it, few write it.
struct alignas(64) NextTag {
    Relaxed<std::uint64_t> value;
};
constinit NextTag next_tag;

// Tags that a CPU has taken and not given out: its own, interrupts off.
struct alignas(64) CpuTags {
    std::uint64_t next = 0, end = 0;
};
constinit std::array<CpuTags, arch::max_cpus> cpu_tags;

}  // namespace

void asids_init(std::uint16_t largest) {
    // so that CPUs meet here at one new process of so many
    constexpr std::uint64_t most = 16;
    asid_count = std::uint64_t{largest} + 1;
    const bool many = asid_count >= most * arch::max_cpus * 4, whole = asid_count % most == 0;
    batch = (many & whole) ? most : 1;  // few are left over where a generation ends
    next_tag.value.store(
        asid_count);  // generation 1: tag 0 stays "never ran", generation 0 "flush first"
    cpu_tags = {};
}

bool have_asids() { return asid_count > 1; }

std::uint64_t fresh_asid_tag() {
    CpuTags& own = cpu_tags[arch::cpu_id()];
    for (;;) {
        // What is left of a generation that is over is given up.
        if (own.next == own.end || asid_generation_of(own.next) != asid_generation_now()) {
            own.next = next_tag.value.add(batch);
            own.end = own.next + batch;
        }
        const std::uint64_t tag = own.next++;
        if (tag % asid_count != 0) {
            return tag;
        }
    }
}

// Of the tags that are taken next; a batch lies within one.
std::uint64_t asid_generation_now() { return asid_generation_of(next_tag.value.load()); }
std::uint64_t asid_generation_of(std::uint64_t tag) { return tag / asid_count; }

std::uint16_t AsidTag::asid() const { return static_cast<std::uint16_t>(tag_ % asid_count); }

}  // namespace kernel
