// Taking the right to store fast into a page away from every hart, and waiting until it is gone.
//
// A hart stores fast through a write tag of its own TLB; nobody else can see that it is between
// comparing the tag and storing. So whoever needs every store to a page to take the slow path
// (code, reservations) sets the page's attribute, raises every hart's alarm, and waits until each
// has passed a safe point, where it drops its write tags of marked pages:
//
//     marker  attribute set ── epoch+1 ── alarms ── sweeps itself ── waits ───────────── all
//             acknowledged: go on
//     other          …fast store… ── end of run: alarm seen ── sweep ── acknowledge ─┘   next
//                    store: slow path
//     asleep  (counts as acknowledged; sweeps before its next instruction)
//
// A marker that waits for the lock acknowledges meanwhile, so two markers cannot wait for each
// other.
#pragma once
#include <atomic>
#include <vector>

#include "harts/base/futex.h"
#include "harts/base/types.h"
#include "harts/memory/page_attributes.h"

namespace stampede {

// What a hart shows to markers.
struct SafePoint {
    std::atomic<u32> alarm{
        0};  // set by anybody, cleared by the hart: something wants attention at the next run end
    std::atomic<u32> running{
        0};  // by the hart: 1 from before its first instruction until after its last
    std::atomic<u64> acknowledged{0};  // by the hart: the last epoch it has swept for
};

class Revocation {
public:
    Revocation(PageAttributes& attributes, unsigned harts)
        : attributes_(attributes), harts_(harts, nullptr) {}

    // Before any hart runs.
    void attach(HartId id, SafePoint& point) { harts_[id.value] = &point; }

    // The hart's side. `sweep` drops its write tags of marked pages. On the hart's thread.
    template <class Sweep>
    void enter(SafePoint& self, Sweep&& sweep) {
        // seq_cst: of "I run" here and "new epoch" in revoke_write at least one is seen by the
        // other side.
        self.running.store(1, std::memory_order_seq_cst);
        acknowledge(self, sweep);
    }
    void leave(SafePoint& self) { self.running.store(0, std::memory_order_release); }
    template <class Sweep>
    void acknowledge(SafePoint& self, Sweep&& sweep) {
        const u64 epoch = epoch_.load(std::memory_order_seq_cst);
        // relaxed: only this hart writes it
        if (self.acknowledged.load(std::memory_order_relaxed) != epoch) {
            sweep();
            self.acknowledged.store(epoch, std::memory_order_release);
        }
    }

    // Sets `bit` on `page`; on return no hart can store to it fast. `sweep` as above, for the
    // calling hart. On a hart's thread, between instructions or before its own store.
    template <class Sweep>
    void revoke_write(SafePoint& self, u64 page, u8 bit, Sweep&& sweep) {
        lock(self, sweep);
        if ((attributes_.of(page) & bit) == 0) {
            attributes_.set(page, bit);
            const u64 epoch = epoch_.fetch_add(1, std::memory_order_seq_cst) + 1;
            acknowledge(self, sweep);
            raise_alarms(self);
            wait_for(self, epoch);
        }
        unlock();
    }

    // For clearing attributes: `change` runs while no revocation does.
    template <class Sweep, class Change>
    void exclusively(SafePoint& self, Sweep&& sweep, Change&& change) {
        lock(self, sweep);
        change();
        unlock();
    }

private:
    template <class Sweep>
    void lock(SafePoint& self, Sweep&& sweep) {
        for (SpinWait wait; locked_.exchange(1, std::memory_order_acquire) != 0; wait.once()) {
            acknowledge(self, sweep);
        }
    }
    void unlock() { locked_.store(0, std::memory_order_release); }
    void raise_alarms(const SafePoint& self);
    void wait_for(const SafePoint& self, u64 epoch);

    PageAttributes& attributes_;
    std::vector<SafePoint*> harts_;
    std::atomic<u32> locked_{0};  // held for about a microsecond by markers
    std::atomic<u64> epoch_{0};   // raised by markers, read by all
};

}  // namespace stampede
