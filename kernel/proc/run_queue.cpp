#include "kernel/proc/run_queue.h"

namespace kernel {

constinit std::array<RunQueue, arch::max_cpus> run_queues{};

void RunQueue::push(Process& process) {
    SpinGuard guard(lock_);
    list_.push_back(process);
    length_.store(length_.load() + 1);
}

Process* RunQueue::pop() {
    if (length_.load() == 0) return nullptr;
    SpinGuard guard(lock_);
    Process* first = list_.pop_front();
    if (first) length_.store(length_.load() - 1);
    return first;
}

}  // namespace kernel
