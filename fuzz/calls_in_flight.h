// System calls that have begun and not come back, by the page table of who made them: when nobody runs any more, whoever sleeps in one.
#pragma once
#include <vector>

#include "harts/base/restorable.h"
#include "harts/base/types.h"
#include "harts/core/hart.h"

namespace stampede::fuzz {

struct CallInFlight {
    u64 satp = 0;        // of the process
    u64 number = 0;      // abi::SystemCall
    u64 pc = 0;          // of the ecall
};

// One thread. An exec that succeeds takes its page table with it: such calls, and exits, stay until another process has that page.
class CallsInFlight final : public Restorable {
public:
    void on_call(const HartState& state);            // an ecall from user mode
    void on_return(const HartState& state);          // to user mode
    void save() override { saved_ = calls_; }
    void restore() override { calls_ = saved_; }

    // Those made since save() in which a process sleeps, but for read().
    [[nodiscard]] std::vector<CallInFlight> asleep() const;

private:
    std::vector<CallInFlight> calls_, saved_;        // one for each page table; some dozen
};

}  // namespace stampede::fuzz
