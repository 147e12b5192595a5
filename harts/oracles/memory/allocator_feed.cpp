#include "harts/oracles/memory/allocator_feed.h"

#include "harts/core/hart.h"

namespace stampede {
namespace {

constexpr unsigned first_argument = 10;  // x register

}  // namespace

std::optional<u64> AllocatorFeed::at_mark(Hart& hart, PhysAddr at) {
    if (hart.own.x[first_argument] != calls_.lock) {
        return std::nullopt;  // of another lock
    }
    const FutexGuard guard(lock_);
    const u64 before = std::exchange(head_, ram_.load_u64({calls_.head}));
    if (head_ == before) {
        return std::nullopt;
    }
    // An allocator may have filled the frame, and with it the link to the next one.
    if (at.value >= calls_.allocate_begin && at.value < calls_.allocate_end) {
        if (before != 0 && !ledger_.was_taken_early(hart, {before})) {
            ledger_.on_allocated(hart, {before});
        }
    } else if (head_ != 0 && behind(head_) == before) {
        ledger_.on_freed(hart, {head_});
    }
    return std::nullopt;
}

}  // namespace stampede
