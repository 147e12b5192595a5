#include "harts/memory/revocation.h"

namespace stampede {

void Revocation::raise_alarms(const SafePoint& self) {
    for (SafePoint* hart : harts_) {
        if (hart != nullptr && hart != &self) {
            hart->alarm.store(1, std::memory_order_seq_cst);
        }
    }
}

void Revocation::wait_for(const SafePoint& self, u64 epoch) {
    for (SafePoint* hart : harts_) {
        if (hart == nullptr || hart == &self) {
            continue;
        }
        // seq_cst on running: see enter().
        for (SpinWait wait; hart->running.load(std::memory_order_seq_cst) != 0 &&
                            hart->acknowledged.load(std::memory_order_acquire) < epoch;) {
            wait.once();
        }
    }
}

}  // namespace stampede
