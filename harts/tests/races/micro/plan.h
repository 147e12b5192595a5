// Programs of which it is known how many orderings a schedule must hit for the bug to show;
// freestanding.
//
// Hart 0 looks at a word, hart 1 sets it, the others pass by. Each hart executes a straight line of
// shared accesses and waits for nothing, so what happens is a function of the schedule alone. The
// harts start at once, at the entry, and touch nothing shared before their first event; each reads
// a plan of its own.
//
//   depth 1   hart 0:  noise*lead  look           noise*trail   bug: the look sees the word set
//             hart 1:  noise*lead  set            noise*trail   one ordering: set before look
//   depth 2   hart 0:  noise*lead  look    look   noise*trail   bug: the first look sees it unset,
//             the second set
//             hart 1:  noise*lead  set            noise*trail   two orderings: first look before
//                      set before second look
//   others:            noise*lead                                  (all at the end: one atomic
//                      increment)
//
// An event is an access to a word that several harts touch, an atomic, a fence or a trap; all of
// them are counted by events(). PCT (Burckhardt et al., ASPLOS 2010, section 3) with n harts, k
// events and depth d finds the bug with a probability of at least 1/(n*k^(d-1)). Here it is known
// exactly, for changes after the event that they are drawn for, uniformly from 1 to k:
//
//   depth 1   1/2: hart 1 starts above hart 0
//   depth 2   1/(2k): hart 0 starts above hart 1, and the one change comes right after the first
//             look, wherever in the count the others have moved that to. With fences 2/(2k): after
//             the fence that follows will do as well.
//
// With 2 harts that is the bound itself. Where `lead` is 0 the change must follow the very first
// event; where hart 0 has no trail and hart 1 nothing but its set, only four or so events are left
// behind it: change points that miss an end of the range miss these bugs.
#pragma once
#include <cstdint>

namespace races::micro {

using u32 = std::uint32_t;
using u64 = std::uint64_t;

enum class Access : u64 {
    Plain,   // loads and stores of a word that both harts touch
    Atomic,  // amoor and amoswap: events whoever else touches the word
    Fenced,  // plain, a fence before each: two events
};

// Symbol `plans`, one a hart, on lines of their own: reading it is no shared access. Written before
// the harts start.
struct alignas(64) Plan {
    u64 harts;
    u64 depth;  // 1 or 2
    Access access;
    u64 lead;   // events before
    u64 trail;  // events behind
};

// Symbol `outcome`: what hart 0 has seen. By hart 0 alone.
enum class Outcome : u64 { None, Harmless, Bug };

inline constexpr unsigned most_harts = 4;

struct Shape {
    u64 harts, depth;
    Access access;
    u64 lead[most_harts];  // of each hart
    u64 trail[2];          // of harts 0 and 1

    [[nodiscard]] constexpr u64 events() const {
        const u64 marked = (access == Access::Fenced ? 2 : 1) * (depth + 1);
        u64 sum = marked + trail[0] + trail[1] + harts;
        for (u64 hart = 0; hart < harts; ++hart) {
            sum += lead[hart];
        }
        return sum;
    }
    [[nodiscard]] constexpr Plan plan(u64 hart) const {
        return {harts, depth, access, lead[hart], hart < 2 ? trail[hart] : 0};
    }
};

}  // namespace races::micro
