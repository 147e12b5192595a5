#include "harts/memory/revocation.h"

#include <sched.h>

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
        for (unsigned spins = 0; hart->running.load(std::memory_order_seq_cst) != 0 &&
                                 hart->acknowledged.load(std::memory_order_acquire) < epoch;
             ++spins) {
            if (spins < 2000) {
                cpu_relax();
            } else {
                ::sched_yield();  // its thread has lost the host's core
            }
        }
    }
}

}  // namespace stampede
