#include "kernel/mm/asid_numbers.h"

#include "kernel/base/relaxed.h"
#include "kernel/mm/asid.h"

namespace kernel {

namespace {

// ASID 0 is the kernel's own page table's, which maps no user pages; so tags that would give 0 are left out.
constinit std::uint64_t asid_count = 1;        // ASIDs a generation, 0 included; written once at boot
// The next tag. Added to by whoever runs a new or outdated space; only its uniqueness matters, so relaxed. On a line of its own.
struct alignas(64) NextTag : Relaxed<std::uint64_t> {};
constinit NextTag next_tag;

}  // namespace

void asids_init(std::uint16_t largest) {
    asid_count = std::uint64_t{largest} + 1;
    next_tag.store(asid_count);                // generation 1: tag 0 stays "never ran", generation 0 "flush first"
}

bool have_asids() { return asid_count > 1; }

std::uint64_t fresh_asid_tag() {
    for (;;) {
        std::uint64_t tag = next_tag.add(1);
        if (tag % asid_count != 0) return tag;
    }
}

std::uint64_t asid_generation_now() { return asid_generation_of(next_tag.load()); }
std::uint64_t asid_generation_of(std::uint64_t tag) { return tag / asid_count; }

std::uint16_t AsidTag::asid() const { return static_cast<std::uint16_t>(tag_ % asid_count); }

}  // namespace kernel
