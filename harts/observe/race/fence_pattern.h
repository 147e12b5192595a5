// Fences and the plain accesses that belong to them.
#pragma once
#include "harts/core/hart.h"

namespace stampede {

// pred and succ of a fence, from the upper 12 bits of its word.
class FenceBits {
public:
    explicit FenceBits(i32 bits) : bits_(static_cast<u32>(bits)) {}
    // Orders earlier writes before later ones; fence.tso does.
    [[nodiscard]] bool releases() const {
        return (predecessor() & writes) != 0 && (successor() & (writes | outputs)) != 0;
    }
    // Orders earlier reads before later ones.
    [[nodiscard]] bool acquires() const {
        return (predecessor() & (reads | inputs)) != 0 && (successor() & reads) != 0;
    }

private:
    static constexpr u32 writes = 1, reads = 2, outputs = 4, inputs = 8;
    [[nodiscard]] u32 predecessor() const { return bits_ >> 4 & 15; }
    [[nodiscard]] u32 successor() const { return bits_ & 15; }
    u32 bits_;
};

enum class LoadKind : u8 {
    Plain,
    BeforeFence,  // right before a fence that orders reads: at most three instructions on, with
                  // nothing between but arithmetic and a branch (the loop that waits)
    Waiting,      // of a loop that waits for another hart (waiting_loop.h)
};

// What the instruction decoded in slot `k` of `page` is, if it is a load. Within the page.
[[nodiscard]] LoadKind load_kind(const Ram& ram, const CodePage& page, unsigned k);
[[nodiscard]] bool is_special_load(const Ram& ram, const CodePage& page, unsigned k);

// The same for the load at own.pc.
[[nodiscard]] LoadKind load_kind(const Hart& hart);

}  // namespace stampede
