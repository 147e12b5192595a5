// What race detection keeps for one hart and the handlers of its engine read and write with each
// access.
#pragma once
#include "harts/core/hart_watch.h"
#include "harts/observe/race/tsan_runtime.h"

namespace stampede {

struct RaceWatch : HartWatch {
    static constexpr unsigned place = 4;

    // An access to a word that an atomic instruction ever touched, or one that something hangs on,
    // is slow.
    [[nodiscard]] bool is_plain(u64 offset) const {
        return !slow &&
               (__atomic_load_n(&atomic[offset / 32], __ATOMIC_RELAXED) >> (offset / 4 % 8) & 1) ==
                   0;
    }
    // The same of so many bytes from there.
    [[nodiscard]] bool is_plain(u64 offset, u64 bytes) const {
        const u64 end = offset + bytes;
        for (u64 at = offset & ~u64{3}; at < end;) {
            const bool eight_words = at % 32 == 0 && at + 32 <= end;
            if (eight_words && __atomic_load_n(&atomic[at / 32], __ATOMIC_RELAXED) == 0) {
                at += 32;
            } else if (is_plain(at)) {
                at += 4;
            } else {
                return false;
            }
        }
        return !slow;
    }

    bool slow = true;  // the next access takes the slow path, whatever it is; until the hart is
                       // attached each does
    const u8* atomic = nullptr;     // a bit by 4-byte word of RAM
    tsan::Thread thread = nullptr;  // of the runtime
    u64 context = 0;                // ored into the pc that is recorded: whose access it is
    u8* recorded = nullptr;  // by page of RAM: 1 where an access has been recorded (all harts');
                             // null: nobody asks
};

}  // namespace stampede
