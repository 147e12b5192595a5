#include "kernel/proc/run_queue.h"

namespace kernel {

constinit std::array<RunQueue, arch::max_cpus> run_queues{};

void RunQueue::push(Process& process) {
    SpinGuard guard(lock_);
    list_.push_back(process);
    length_.store(length_.load() + 1);
}

Process* RunQueue::pop() {
    if (length_.load() == 0) {
        return nullptr;
    }
    SpinGuard guard(lock_);
    return take(list_.front());
}

Process* RunQueue::take(Process* process) {
    if (process) {
        list_.remove(*process);
        length_.store(length_.load() - 1);
    }
    return process;
}

Process* RunQueue::first_for_other(std::uint64_t now) {
    Process* process = list_.front();
    while (process && process->others_from > now) {
        process = list_.next(*process);
    }
    return process;
}

Process* RunQueue::pop_for_other(std::uint64_t now) {
    if (length_.load() == 0) {
        return nullptr;
    }
    SpinGuard guard(lock_);
    return take(first_for_other(now));
}

bool RunQueue::has_for_other(std::uint64_t now) {
    if (length_.load() == 0) {
        return false;
    }
    SpinGuard guard(lock_);
    return first_for_other(now) != nullptr;
}

// Of equals the one that was put in first.
Process* RunQueue::first(std::uint64_t now) {
    Process* found = list_.front();
    if (!found) {
        return nullptr;
    }
    Precedence least = found->priority.precedence(now);
    for (Process* process = list_.next(*found); process; process = list_.next(*process)) {
        const Precedence precedence = process->priority.precedence(now);
        if (!runs_before(precedence, least)) {
            continue;
        }
        found = process;
        least = precedence;
    }
    return found;
}

Process* RunQueue::pop_first(std::uint64_t now) {
    if (length_.load() == 0) {
        return nullptr;
    }
    SpinGuard guard(lock_);
    return take(first(now));
}

bool RunQueue::has_equal_or_better(std::uint32_t dynamic_priority, std::uint64_t now) {
    if (length_.load() == 0) {
        return false;
    }
    SpinGuard guard(lock_);
    const Process* const found = first(now);
    return found && found->priority.dynamic_priority(now) <= dynamic_priority;
}

void RunQueue::set_priority(Process& process, std::uint32_t wanted, std::uint64_t now) {
    SpinGuard guard(lock_);
    process.priority.set(wanted, now);
}

}  // namespace kernel
