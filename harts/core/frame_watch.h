// Who watches the guest's frames: hears what a kernel says of them (GuestCall::frame_allocated,
// frame_freed) and of accesses to those that are free or belong to users. Slow paths only: a free
// frame gets no TLB tags, and a supervisor's write tags on users' frames end with the next trap
// from user mode (watched_writes.h).
#pragma once
#include <atomic>
#include <memory>

#include "harts/base/types.h"

namespace stampede {

struct Hart;

class FrameWatch {
public:
    explicit FrameWatch(u64 ram_pages) : states_(std::make_unique<std::atomic<u8>[]>(ram_pages)) {}
    virtual ~FrameWatch() = default;

    // Called on the hart's own thread, several harts at once, with own.pc at the instruction.
    virtual void on_allocated(Hart&, PhysAddr frame) = 0;
    virtual void on_freed(Hart&, PhysAddr frame) = 0;
    // An access that wants() named is about to happen; a page-table walk reads a PTE in a free
    // frame.
    virtual void on_access(Hart&, PhysAddr at, Access, Privilege) = 0;
    virtual void on_walk(Hart&, PhysAddr pte) = 0;

    // --- pages by their number in RAM ------------------------------------------------------------
    [[nodiscard]] bool is_free(u64 page) const { return state(page) == free; }
    [[nodiscard]] bool is_user(u64 page) const { return state(page) == user; }
    [[nodiscard]] bool wants(u64 page, Access access, Privilege privilege) const {
        const u8 now = state(page);
        return now == free ||
               (now == user && access == Access::Write && privilege == Privilege::Supervisor);
    }

protected:
    static constexpr u8 unknown = 0;  // never named
    static constexpr u8 free = 1;
    static constexpr u8 kernel = 2;  // allocated, for the kernel's own use
    static constexpr u8 user = 3;    // allocated, for users' pages

    // acquire and release: whoever the guest's own order lets use a frame sees that it was
    // allocated before. In parallel mode a free frame may be seen late, never early.
    [[nodiscard]] u8 state(u64 page) const { return states_[page].load(std::memory_order_acquire); }
    u8 exchange_state(u64 page, u8 to) {
        return states_[page].exchange(to, std::memory_order_acq_rel);
    }

private:
    // written by harts that allocate or free, read by all
    std::unique_ptr<std::atomic<u8>[]> states_;
};

}  // namespace stampede
