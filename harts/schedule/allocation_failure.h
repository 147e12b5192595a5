// One call of a kernel's allocator of frames gives 0, as if memory were out. The function is not
// entered: no lock, no list and no count has changed, and its caller goes on as behind a call.
#pragma once
#include <array>
#include <atomic>

#include "harts/core/code_marks.h"
#include "harts/core/hart.h"

namespace stampede {

class AllocationFailure final : public CodeMarks {
public:
    // `number`: of the call that fails, from 1.
    AllocationFailure(PhysAddr function, u64 number)
        : CodeMarks({function.value}), number_(number) {
        counted_at_.fill(~u64{0});
    }

    // Calls count from here on. Harts parked.
    void begin() { begun_ = true; }
    // Whether there was such a call. Any thread.
    [[nodiscard]] bool happened() const {
        return calls_.load(std::memory_order_relaxed) >= number_;
    }

    std::optional<u64> at_mark(Hart& hart, PhysAddr) override {
        const u64 now = hart.own.executed_now();
        u64& counted_at = counted_at_[hart.own.id.value];
        if (!begun_ || counted_at == now) {
            return std::nullopt;  // the same call, begun anew
        }
        counted_at = now;
        // relaxed: which of two calls at once is the N-th is nobody's matter
        return calls_.fetch_add(1, std::memory_order_relaxed) + 1 == number_ ? std::optional<u64>(0)
                                                                             : std::nullopt;
    }

private:
    const u64 number_;
    bool begun_ = false;         // written while harts are parked
    std::atomic<u64> calls_{0};  // by harts
    // Each hart's own: how many instructions it had executed at its last call.
    std::array<u64, max_harts> counted_at_{};
};

}  // namespace stampede
