// Address-space identifiers. There are more address spaces than ASIDs, so an ASID belongs to a
// generation: a tag is a number that only grows, its ASID is the tag modulo their count, its
// generation the tag divided by it. A space whose generation is over gets a new tag when it runs
// next; a CPU forgets all translations when the generation it runs changes.
// invariant: a CPU's translations of user pages all belong to spaces of that CPU's generation.
#pragma once
#include <cstdint>

#include "kernel/base/address.h"

namespace kernel {

class AsidTag {
public:
    constexpr AsidTag() = default;
    std::uint16_t asid() const;  // meaningful once used_on_this_cpu() was called
    bool ever_used() const { return tag_ != 0; }
    void forget() { *this = {}; }

    // The space of this tag is about to run here at page table `root`: renews the tag where its
    // generation is over, switches to the page table and flushes what may be stale on this CPU.
    // Interrupts off.
    void use_on_this_cpu(PhysAddr root);

private:
    // What this CPU knows of the space: all of it holds, or some may be older than changes
    // elsewhere.
    enum class KnownHere : std::uint8_t { holds, may_be_stale };
    void forget_stale_here(KnownHere known) const;

    std::uint64_t tag_ = 0;       // 0: never ran
    std::uint32_t last_cpu_ = 0;  // where it ran last; another CPU may hold older translations
};

// Once, by the boot CPU. `largest`: 0 where the machine has no ASIDs; every switch then flushes.
void asids_init(std::uint16_t largest);

}  // namespace kernel
