// Runnable processes. Under `rr` a queue per hart: it takes from the front of its own; one that has
// nothing to do takes from others'. Under `pbs` all are in one, and every hart takes the one that
// comes first by priority at that moment. That is found by a look at each, for priorities change
// while processes wait.
#pragma once
#include <array>
#include <cstdint>

#include "kernel/arch/arch.h"
#include "kernel/proc/process.h"
#include "kernel/proc/scheduler_choice.h"

namespace kernel {

class alignas(64) RunQueue {
public:
    void push(Process& process);
    Process* pop();  // null when empty
    // For another hart: the first that may leave this one by `now`; null when there is none.
    Process* pop_for_other(std::uint64_t now);
    bool has_for_other(std::uint64_t now);

    // By priority at `now`; null when empty.
    Process* pop_first(std::uint64_t now);
    // Whether the first by priority is at least as good as that.
    bool has_equal_or_better(std::uint32_t dynamic_priority, std::uint64_t now);
    // `process` is runnable; it may just have been taken out.
    void set_priority(Process& process, std::uint32_t wanted, std::uint64_t now)
        REQUIRES(process.lock);

    // May be out of date at once; exact for a reader that pushed, or that comes after a fence
    // behind a push.
    std::uint32_t length() const { return length_.load(); }

private:
    Process* take(Process* process) REQUIRES(lock_);  // out of the list, unless null
    Process* first_for_other(std::uint64_t now) REQUIRES(lock_);
    Process* first(std::uint64_t now) REQUIRES(lock_);

    Spinlock<Rank::run_queue> lock_{"run queue"};
    List<Process, &Process::queue_link> list_ GUARDED_BY(lock_);
    Relaxed<std::uint32_t> length_;  // written under lock_, read by anyone that looks for work
};

extern std::array<RunQueue, arch::max_cpus> run_queues;

// Where a process that ran last on `hart` is put.
inline RunQueue& queue_of(unsigned hart) { return run_queues[by_priority() ? 0 : hart]; }

}  // namespace kernel
