// Free frames of each hart's own, so that harts that do unrelated work write to no line in common,
// as the scalable commutativity rule has it (Clements et al., SOSP 2013): allocating, freeing and
// faulting on different harts commute, so they need not meet.
//
//   fresh frames   come 64 at a time, aligned to 64: their owners are one line, their counts four,
//                  their links eight, and all of them have the hart for their home
//   a freed frame  goes on the list of the hart that frees it: at the front if it is at home there,
//                  else at the back, whence 32 go home together. A hart that used what came from
//                  elsewhere would share lines with its neighbours' owner for good
//   a hart takes   from the front, then what is fresh, then from the back, then half of another
//                  hart's list, 64 at most
//
// Out of memory is said only when there is no frame anywhere, and harts that look do not stop the
// others. Frames are pushed on lists under the list's lock, which counts them; a hart with frames
// in its hands, on the way from one list to another, says so:
//
//     looks   sum of pushes │ each list, under its lock: empty │ nobody has any in hand │ the same
//             sum: all are empty now
//     moves     in hand ── takes them off ─────────── pushes them ── no more in hand
//
// A list found empty stays so until somebody pushes. Had frames been taken off before the look at
// their list, their mover was seen with them, or pushed them before and changed the sum, or pushed
// them before the first sum, on a list that was looked at later.
#pragma once
#include <array>

#include "kernel/base/spinlock.h"
#include "kernel/policy/free/fresh_frames.h"
#include "kernel/policy/free/linked_frames.h"
#include "kernel/policy/free/two_part_list.h"

namespace kernel::policy {

class HartLists {
public:
    static constexpr std::uint32_t batch = 64;  // frames: their owners are one line
    static constexpr std::uint32_t returned_together = 32;
    static constexpr std::uint64_t table_size(std::uint64_t frame_count) {
        return frame_count * link_size + frame_count / batch + 1;
    }

    void init(const FrameRange& range);
    Frame* take();                 // null: there is none anywhere
    void give_back(Frame& frame);  // count 0, owner `free`
    void describe(stampede::abi::AuditTable& table) const;

private:
    struct alignas(64) Hart {
        Spinlock<Rank::frames> lock{"per_hart"};
        TwoPartList free GUARDED_BY(lock);  // front: at home here
        // 1: this hart has frames in its hands. Written by itself, to 1 under the lock of the list
        // that it takes them off; read by harts that look for the last frame. release and acquire:
        // its pushes come before the 0, their next look behind it.
        std::uint32_t in_hand = 0;
        void takes() { __atomic_store_n(&in_hand, 1, __ATOMIC_RELAXED); }
        void has_put() { __atomic_store_n(&in_hand, 0, __ATOMIC_RELEASE); }
        bool has_any() const { return __atomic_load_n(&in_hand, __ATOMIC_ACQUIRE) != 0; }
    };

    Hart& here() { return harts_[arch::cpu_id()]; }  // interrupts off
    std::uint8_t number(const Hart& hart) const {
        return static_cast<std::uint8_t>(&hart - harts_.data());
    }
    void put(Hart& own, Frame& frame) REQUIRES(own.lock);
    Frame* take_fresh(Hart& own) REQUIRES(own.lock);
    Frame* take_half(Hart& own, Hart& from);
    Frame* take_from_others(Hart& own);
    std::uint64_t pushes();
    bool any_in_hand() const;
    void send_home(Hart& own, LinkedFrames freed);

    // Behind the links: of each batch the hart that took it, a byte. Written before any of its
    // frames is given out.
    static std::uint8_t& home_of(const Frame& frame) {
        const FrameRange& range = frame_range();
        return reinterpret_cast<std::uint8_t*>(
            range.policy_table + range.frame_count * link_size)[index_of(frame) / batch];
    }

    std::array<Hart, arch::max_cpus> harts_;
    FreshFrames fresh_;
};

}  // namespace kernel::policy
