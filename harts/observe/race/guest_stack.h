// A guest's call stacks, followed through calls, returns, traps and context switches with no
// knowledge of its kernel.
//
// A frame is known by the address that its return leads to and the stack pointer at the call. A
// return to the top frame's pops it. A return to a frame further down pops what is above (longjmp,
// returns that were missed). Any other return is a switch to another stack: the whole stack is
// parked under its top frame's key, and the stack that was parked under the return's own key is
// taken up.
//
//     hart 0   … scheduler() → switch_to() ret        parks {scheduler's frames}, takes {sleep's
//              frames}
//     hart 3   … sleep() → switch_to()                 parked these earlier, on whatever hart
//
// A trap pushes a frame of its own; the kernel's frames stand on those of the program that trapped
// and travel with them.
#pragma once
#include <array>
#include <atomic>
#include <memory>
#include <optional>

#include "harts/base/lazy_table.h"
#include "harts/base/types.h"
#include "harts/observe/race/change_log.h"

namespace stampede {

// What a program had begun when it was trapped: it goes on behind the trap, perhaps on another
// hart.
struct Interrupted {
    static constexpr unsigned read_limit = 8;

    // atomic loads since the last acquire fence; the oldest make way
    std::array<const void*, read_limit> read{};
    u8 read_count = 0;
    bool relaxed_next = false;  // a relaxed_next whose access is still to come
    u8 since_fence = 0;  // instructions since a release fence right behind which it stands, and 1;
                         // 0: there is none
    u8 fence_distance = 0;  // bytes from that fence to the trapped pc
    u8 hart = 0;
};

struct GuestFrame {
    u64 back = 0;   // where the return leads; of a trap, the trapped pc
    u64 sp = 0;     // at the call or trap
    u64 call = 0;   // the pc of the call or trap
    u64 space = 0;  // satp where the frame is a program's, else 0: kernel addresses mean the same
                    // in every address space
    bool trap = false;
    Interrupted interrupted;  // of a trap
};

// Stacks that no hart stands on. Any thread.
class ParkedStacks {
public:
    static constexpr unsigned frames_kept = 48;  // the innermost ones of a deeper stack

    ParkedStacks();
    // Parks `count` frames, the last of which is the innermost. What was parked longest makes way.
    void park(const GuestFrame* frames, unsigned count);
    // Takes up the stack whose innermost frame is (back, sp, space): writes its frames, gives their
    // number; 0: there is none.
    unsigned take(u64 back, u64 sp, u64 space, GuestFrame* frames);

    // The stacks of now are what restore() brings back. Harts parked.
    void save();
    void restore();

private:
    static constexpr unsigned ways = 4, buckets = 512;
    struct Stack {
        u64 age = 0;
        unsigned count = 0;
        std::array<GuestFrame, frames_kept> frames;
    };
    struct Bucket {
        std::atomic<u32> lock{0};  // held for a copy; never by pthreads, see harts/base/futex.h
        std::array<Stack, ways> stacks;
    };
    Bucket& bucket_of(u64 back, u64 sp, u64 space);
    static void copy_stacks(Bucket& to, const Bucket& from);

    LazyTable<Bucket> buckets_, saved_;
    u64 saved_clock_ = 0;
    ChangeLog changed_;
    std::atomic<u64> clock_{0};  // relaxed: ages only have to differ
};

// One hart's. `Listener` has push(u64 pc) and pop(): it keeps the same stack elsewhere.
template <class Listener>
class GuestStack {
public:
    static constexpr unsigned limit = 256;  // frames; then the outer half is forgotten

    GuestStack(ParkedStacks& parked, Listener listener) : parked_(&parked), listener_(listener) {}

    // `interrupted` stays as it is: calls are many, and it is a trap's.
    void call(u64 pc, u64 back, u64 sp, u64 space) {
        GuestFrame& frame = place();
        frame.back = back;
        frame.sp = sp;
        frame.call = pc;
        frame.space = space;
        frame.trap = false;
        listener_.push(pc);
    }
    void trap(u64 pc, u64 sp, u64 space, const Interrupted& interrupted) {
        GuestFrame& frame = place();
        frame = {pc, sp, pc, space, true, interrupted};
        listener_.push(pc);
    }

    void ret(u64 to, u64 sp, u64 space) {
        if (depth_ != 0 && matches(frames_[depth_ - 1], to, sp, space)) [[likely]] {
            pop();
            return;
        }
        for (unsigned n = depth_; n-- != 0 && !frames_[n].trap;) {
            if (matches(frames_[n], to, sp, space)) {
                shrink_to(n);
                return;
            }
        }
        change_stack(to, sp, space);
    }

    // xRET to `to` with `sp`: pops to the last trap. Where the program goes on with another stack
    // pointer (exec) its frames mean nothing any more. What was interrupted, if it goes on now.
    [[nodiscard]] std::optional<Interrupted> trap_return(u64 to, u64 sp) {
        unsigned n = depth_;
        while (n != 0 && !frames_[n - 1].trap) {
            --n;
        }
        if (n == 0) {
            shrink_to(0);
            return {};
        }
        const GuestFrame& frame = frames_[n - 1];
        const bool same = frame.sp == sp;
        std::optional<Interrupted> interrupted;
        if (same && frame.back == to) {
            interrupted = frame.interrupted;
        }
        shrink_to(n - 1);
        if (!same) {
            while (depth_ != 0 && !frames_[depth_ - 1].trap) {
                pop();
            }
        }
        return interrupted;
    }

    // Becomes what `saved` is.
    void go_back_to(const GuestStack& saved) { replace(saved.frames_.data(), saved.depth_); }

    [[nodiscard]] unsigned depth() const { return depth_; }
    [[nodiscard]] const GuestFrame& frame(unsigned n) const {
        return frames_[n];
    }  // 0: the outermost

private:
    static bool matches(const GuestFrame& frame, u64 to, u64 sp, u64 space) {
        return frame.back == to && frame.sp == sp && frame.space == space && !frame.trap;
    }
    // A new innermost frame, to be filled in.
    GuestFrame& place() {
        if (depth_ == limit) {
            std::array<GuestFrame, limit / 2> inner;
            for (unsigned n = 0; n < limit / 2; ++n) {
                inner[n] = frames_[limit / 2 + n];
            }
            replace(inner.data(), limit / 2);
        }
        return frames_[depth_++];
    }
    void pop() {
        --depth_;
        listener_.pop();
    }
    void shrink_to(unsigned depth) {
        while (depth_ > depth) {
            pop();
        }
    }
    void replace(const GuestFrame* frames, unsigned count) {
        shrink_to(0);
        for (unsigned n = 0; n < count; ++n) {
            frames_[depth_++] = frames[n];
            listener_.push(frames[n].call);
        }
    }
    void change_stack(u64 to, u64 sp, u64 space) {
        if (depth_ != 0) {
            const unsigned kept =
                depth_ < ParkedStacks::frames_kept ? depth_ : ParkedStacks::frames_kept;
            parked_->park(frames_.data() + (depth_ - kept), kept);
        }
        std::array<GuestFrame, ParkedStacks::frames_kept> taken;
        const unsigned count = parked_->take(to, sp, space, taken.data());
        replace(taken.data(), count != 0 ? count - 1 : 0);  // the return pops the innermost
    }

    ParkedStacks* parked_;
    Listener listener_;
    unsigned depth_ = 0;
    std::array<GuestFrame, limit> frames_;
};

}  // namespace stampede
