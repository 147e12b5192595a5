// Runnable processes, a queue per hart. A hart takes from the front of its own; one that has nothing to do takes from
// others'.
#pragma once
#include <array>
#include <cstdint>

#include "kernel/arch/arch.h"
#include "kernel/proc/process.h"

namespace kernel {

class alignas(64) RunQueue {
public:
    void push(Process& process);
    Process* pop();   // null when empty
    // For another hart: the first that may leave this one by `now`; null when there is none.
    Process* pop_for_other(std::uint64_t now);
    bool has_for_other(std::uint64_t now);

    // May be out of date at once; exact for a reader that pushed, or that comes after a fence behind a push.
    std::uint32_t length() const { return length_.load(); }

private:
    Process* first_for_other(std::uint64_t now) REQUIRES(lock_);

    Spinlock<Rank::run_queue> lock_{"run queue"};
    List<Process, &Process::queue_link> list_ GUARDED_BY(lock_);
    Relaxed<std::uint32_t> length_;   // written under lock_, read by anyone that looks for work
};

extern std::array<RunQueue, arch::max_cpus> run_queues;

}  // namespace kernel
