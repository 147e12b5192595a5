// What race detection keeps for one hart. Its own thread only.
#pragma once
#include <algorithm>
#include <atomic>

#include "harts/core/hart.h"
#include "harts/observe/race/race_observer.h"
#include "harts/observe/race/race_watch.h"
#include "harts/observe/race/tsan_runtime.h"

namespace stampede {

// Keeps ThreadSanitizer's own stack of the hart like the guest's.
struct TsanStack {
    static void push(u64 pc) {
        __tsan_func_entry(reinterpret_cast<void*>((pc & ((u64{1} << 40) - 1)) | tsan::external));
    }
    static void pop() { __tsan_func_exit(); }
};

// What a hart has begun, but for its stack and its locks.
struct BegunByHart {
    static constexpr unsigned read_limit = Interrupted::read_limit;
    bool fenced = false;  // there was a release fence
    u64 behind_fence =
        0;  // instructions executed at that fence, until an access follows; 0: one has
    u64 fence_pc = 0;
    // instructions executed at the last store that a fence or hint made atomic
    u64 ordered_store = 0;
    bool relaxed_next = false;
    struct Acquiring {
        u64 lock = 0;        // physical; 0: no lock function is under way
        unsigned depth = 0;  // of the stack, with its frame
        unsigned held = 0;   // locks when it was called
    } acquiring;
    bool reserved_acquires = false;  // the last load-reserved had aq
    std::array<const void*, read_limit>
        read{};  // atomic loads since the last acquire fence; the oldest make way
    unsigned read_count = 0, read_next = 0;
    std::array<u64, 256> edges{};  // hashes of lock orders noted already
};

// The last release fences of a hart, for whoever learns later that a store behind one of them was a
// message. Written by the hart, read by any.
class FenceMoments {
public:
    // The address whose clock is to be the hart's as of now, a release fence's.
    [[nodiscard]] const void* next() const { return &clocks_[count() % kept]; }
    // It is.
    void add(tsan::Moment now) {
        const u32 n = count();
        moments_[n % kept].store(now, std::memory_order_relaxed);
        count_.store(n + 1, std::memory_order_release);
    }
    // Of a store by this hart's thread: the address that has the clock of the last fence before it,
    // or of an earliest one that is kept, if that is later. Null: it was not this hart's, or stood
    // behind no fence.
    [[nodiscard]] const void* before(tsan::Moment store) const {
        const u32 end = count(), begin = end < kept ? 0 : end - kept;
        bool same_thread = false;
        for (u32 n = end; n-- != begin;) {
            const tsan::Moment fence = moments_[n % kept].load(std::memory_order_relaxed);
            same_thread = same_thread || fence.thread == store.thread;
            if (fence.thread == store.thread && fence.releases <= store.releases) {
                return &clocks_[n % kept];
            }
        }
        return same_thread && begin != 0 ? &clocks_[begin % kept] : nullptr;
    }

private:
    static constexpr u32 kept = 16;
    // acquire: those below it are complete
    [[nodiscard]] u32 count() const { return count_.load(std::memory_order_acquire); }

    std::array<u64, kept> clocks_{};  // their addresses hand the clocks over
    std::array<std::atomic<tsan::Moment>, kept> moments_{};
    std::atomic<u32> count_{0};
};

struct RaceObserver::PerHart final : RaceWatch, BegunByHart {
    // instructions from a fence to the store that it belongs to: its address and value may be made
    // between
    static constexpr u64 adjacent = 5;

    PerHart(RaceObserver& observer, ParkedStacks& parked, LockWords& words, u32 hart)
        : observer(observer), stack(parked, {}), contexts(hart), locks(words, hart) {}

    RaceObserver& observer;
    bool owns_thread = false;
    GuestStack<TsanStack> stack;
    Contexts contexts;
    HeldLocks locks;
    LockFunctions lock_functions;

    void* fence_fiber = nullptr;  // its clock is the hart's as of the last release fence
    FenceMoments fences;
    // the last load of a waiting loop, and what it looked at
    u64 waiting_pc = 0;
    PhysAddr waiting_for{};

    // As of save().
    struct Saved {
        BegunByHart begun;
        GuestStack<TsanStack> stack;
        HeldLocks locks;
    };
    std::unique_ptr<const Saved> saved;
    bool stack_is_ahead = false;  // of `saved`: between restore() and rewind_stack()
    void save() {
        saved = std::make_unique<const Saved>(Saved{*this, stack, locks});
        contexts.save();
    }
    // All but the stack, which the runtime has too: rewind_stack() must follow, on `thread`, before
    // the hart runs.
    void restore() {
        static_cast<BegunByHart&>(*this) = saved->begun;
        locks = saved->locks;
        contexts.restore();
        stack_is_ahead = true;
    }
    void rewind_stack() {
        if (std::exchange(stack_is_ahead, false)) {
            stack.go_back_to(saved->stack);
        }
    }

    // Who takes the lock in `word` by an instruction at `pc`: acquire()'s caller, if that is under
    // way.
    [[nodiscard]] u64 taker(PhysAddr word, u64 pc) const {
        constexpr u64 largest_lock = 64;  // bytes
        const bool by_function = acquiring.lock != 0 &&
                                 word.value - acquiring.lock < largest_lock &&
                                 acquiring.depth != 0 && acquiring.depth <= stack.depth();
        return by_function ? stack.frame(acquiring.depth - 1).call : pc;
    }
    // A straight line of less than `adjacent` instructions lies between.
    [[nodiscard]] bool is_behind_fence(const Hart& hart) const {
        return behind_fence != 0 && hart.own.executed_now() - behind_fence <= adjacent &&
               hart.own.pc > fence_pc && hart.own.pc - fence_pc <= 4 * (adjacent + 1);
    }
    // Whether the next access must be seen by the slow path.
    void update_slow() { slow = behind_fence != 0 || relaxed_next || locks.wants_accesses(); }

    // Ends what the trapped program had begun, and says what it was.
    Interrupted interrupt(const Hart& hart) {
        Interrupted now;
        for (unsigned n = 0; n < read_count; ++n) {
            now.read[n] = read[n];
        }
        now.read_count = static_cast<u8>(read_count);
        now.relaxed_next = std::exchange(relaxed_next, false);
        if (is_behind_fence(hart)) {
            now.since_fence = static_cast<u8>(hart.own.executed_now() - behind_fence + 1);
            now.fence_distance = static_cast<u8>(hart.own.pc - fence_pc);
        }
        behind_fence = 0;
        now.hart = static_cast<u8>(hart.own.id.value);
        return now;
    }

    // True from the second time on.
    bool knows_edge(u64 held, u64 taken, unsigned depth) {
        const u64 hash = ((held * 0x9e37'79b9'7f4a'7c15) ^ (taken * 0xc2b2'ae3d'27d4'eb4f)) + depth;
        u64& place = edges[hash >> 56];
        const bool known = place == hash;
        place = hash;
        return known;
    }
};

}  // namespace stampede
