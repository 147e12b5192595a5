// System calls that have begun and not come back, by the page table of who made them: when nobody
// runs any more, whoever sleeps in one.
#pragma once
#include <optional>
#include <vector>

#include "harts/base/restorable.h"
#include "harts/base/types.h"
#include "harts/core/hart.h"

namespace stampede {

struct CallInFlight {
    u64 satp = 0;    // of the process
    u64 number = 0;  // abi::SystemCall
    u64 pc = 0;      // of the ecall
};

// One thread. What a process was in when it died stays until another one has its page table.
class CallsInFlight final : public Restorable {
public:
    void on_call(const HartState& state);  // an ecall from user mode
    // To user mode; the number of the call that has come back with that.
    std::optional<u64> on_return(const HartState& state);
    void on_fork(u32 parent, u32 child) { forks_.push_back({parent, child}); }
    void save() override;
    void restore() override;

    // Those made since save() that must come back whatever others do: not read() and write(). A
    // wait() must if none of children() lives.
    [[nodiscard]] std::vector<CallInFlight> asleep() const;
    // Forked since save(), reaped or not.
    [[nodiscard]] std::vector<u32> children(u32 parent) const;

private:
    struct Fork {
        u32 parent, child;  // pids
    };
    std::vector<CallInFlight> calls_, saved_;  // one for each page table; some dozen
    std::vector<Fork> forks_;
};

}  // namespace stampede
