// Changing mappings, the only way to do it: change the PTE, gather what must forget the old
// translation, tell it and wait, and only then drop the frame. An address space is used by one CPU
// at a time, so the one to tell is this CPU; any other flushes before it runs the space (asid.h).
#pragma once
#include <array>
#include <cstdint>

#include "kernel/arch/pte.h"
#include "kernel/base/address.h"
#include "kernel/frames/frame.h"
#include "kernel/mm/asid.h"

namespace kernel {

class MappingChange {
public:
    explicit MappingChange(const AsidTag& tag) : tag_(tag) {}
    ~MappingChange() { finish(); }
    MappingChange(const MappingChange&) = delete;
    MappingChange& operator=(const MappingChange&) = delete;

    // Sets `entry`, which maps `page`, to `value`. `given_up`: the frame whose reference the old
    // entry held, or null.
    void set(VirtAddr page, Pte& entry, Pte value, Frame* given_up = nullptr);

    // Flushes what was changed so far, then drops what was given up. At the latest when the object
    // dies; at once where the policy wants that.
    void finish();

private:
    // pages flushed one by one; beyond that the whole space at once
    static constexpr std::uint32_t limit = 16;

    const AsidTag& tag_;
    std::uint32_t page_count_ = 0;
    std::uint32_t frame_count_ = 0;
    std::array<VirtAddr, limit> pages_;
    std::array<Frame*, limit> frames_;
};

}  // namespace kernel
