// What the parallel guest programs and the tests that run them agree on.
#pragma once
#include <cstdint>

namespace several_harts {

using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;

// Each says what its harts leave in their results.
enum class Program : u64 {
    Meet,             // [0] barriers passed
    ReservedCounter,  // hart 0: [0] a double's sum, [1] a word's in the same line
    Strict,        // hart 0: [0] violations, [1] encodings seen; others: [0] stores that succeeded
    StrictHalves,  // the same, hart 0 storing doubles of which the others reserve one half
    Stack,         // [0] nodes popped twice, [1] pops; hart 0: [2] nodes on the stack in the end
    AmoSums,       // hart 0: the shared words in the end (see amo_sums.cpp)
    MixedWidths,  // [0] own part read back wrong, [1] of part `hart`; hart 0: [2] the whole word in
                  // the end
    Crossing,     // [0] rounds: each reserves one line and stores to another's
    Aliases,      // [0] own counter, in a line that shares its version with everybody else's
    StoreBuffering,  // hart 0: [0] both loads saw nothing, [1] rounds
    MessagePassing,  // hart 1: [0] old data behind a new flag, [1] new flags seen
    WalkerRaces,     // hart 0: [0] PTEs lost or changed wrongly, [1] A or D found set; others: [0]
                     // accesses, [1] faults
    Shootdown,  // hart 0: [0] stores to a frame after its shootdown; others: [0] old values read,
                // [1] accesses
    CodeOfAnother,  // others: [0] old code executed, [1] calls
    OwnCode,        // [0] old code executed
    Ring,           // [0] interrupts taken by IPI, [1] by timer
    Count,
};

// How a store-buffering or message-passing round orders its accesses.
enum class Order : u64 {
    None,         // plain accesses
    Fences,       // fence rw, rw; fence w, w and fence r, r
    Amo,          // amoswap.aqrl for the store, amoor.aqrl for the load; .rl and .aq
    Conditional,  // lr + sc.aqrl for the store, lr.aqrl for the load; sc.rl and lr.aq
    Count,
};

struct Parameters {
    Program program;
    u64 harts;
    u64 rounds;
    Order order;
};

struct alignas(64) Results {
    u64 values[8];
};

inline constexpr unsigned most_harts = 64;

// The guest's symbols: `parameters`, one Parameters; `results`, most_harts Results.

}  // namespace several_harts
