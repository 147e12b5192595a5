// A request to end a run of all harts. Of several, the one that comes first in MachineStop stands:
// a guest's end that meets the end of the time allowed must not be lost, nobody tells of it again.
#pragma once
#include <atomic>
#include <vector>

#include "harts/core/hart.h"
#include "harts/machine/machine.h"

namespace stampede {

class StopRequest {
public:
    // Any thread; async-signal-safe.
    void set(MachineStop why, const std::vector<Hart*>& harts);
    void clear(const std::vector<Hart*>& harts);
    [[nodiscard]] bool is_set() const { return reason_.load(std::memory_order_seq_cst) != none; }
    [[nodiscard]] MachineStop reason() const {
        return static_cast<MachineStop>(reason_.load(std::memory_order_acquire));
    }

private:
    static constexpr u32 none = ~u32{0};
    std::atomic<u32> reason_{none};  // set by whoever stops the run, cleared by whoever drove it
};

}  // namespace stampede
