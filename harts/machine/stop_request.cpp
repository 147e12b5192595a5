#include "harts/machine/stop_request.h"

namespace stampede {

void StopRequest::set(MachineStop why, const std::vector<Hart*>& harts) {
    const u32 reason = static_cast<u32>(why);
    u32 before = reason_.load(std::memory_order_relaxed);
    // seq_cst: see HartThreads::run_hart()
    while (reason < before &&
           !reason_.compare_exchange_weak(before, reason, std::memory_order_seq_cst)) {
    }
    for (Hart* hart : harts) {
        hart->shared.stop_requested.store(1, std::memory_order_seq_cst);
        hart->alarm();
        hart->wake_up();
    }
}

void StopRequest::clear(const std::vector<Hart*>& harts) {
    reason_.store(none, std::memory_order_release);
    for (Hart* hart : harts) {
        hart->shared.stop_requested.store(0, std::memory_order_release);
    }
}

}  // namespace stampede
