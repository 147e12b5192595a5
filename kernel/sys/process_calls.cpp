// System calls on processes, memory and time.
#include "kernel/arch/riscv/machine.h"
#include "kernel/frames/allocation_failure.h"
#include "kernel/policy/policy.h"
#include "kernel/proc/clock.h"
#include "kernel/proc/scheduler.h"
#include "kernel/proc/set_priority.h"
#include "kernel/proc/slots.h"
#include "kernel/sys/calls.h"
#include "kernel/sys/exec.h"
#include "kernel/sys/lifecycle.h"

namespace kernel {

namespace {

// The heap's end moves by `bytes`; new pages are zeroed. (xv6 ignores a shrink below zero and
// reports success; here it fails.)
Result<void> move_heap_end(Process& self, std::int64_t bytes) {
    VirtAddr now{self.size};
    VirtAddr wanted{self.size + static_cast<std::uint64_t>(bytes)};
    if (bytes > 0) {
        if (wanted.value > user_end) {
            return failure(Error::out_of_memory);
        }
        Result<void> mapped =
            self.space.map_zeroed(now.page_up(), wanted.page_up(), Pte::read | Pte::write);
        if (!mapped) {
            return mapped;
        }
    } else {
        if (wanted > now) {
            return failure(Error::bad_argument);
        }
        self.space.unmap(wanted.page_up(), now.page_up());
    }
    self.size = wanted.value;
    return {};
}

}  // namespace

CallResult sys_fork(const Arguments& arguments) {
    Result<std::uint32_t> pid = fork_process(arguments.caller());
    if (!pid) {
        return failure(pid.error());
    }
    return *pid;
}

CallResult sys_exit(const Arguments& arguments) { exit_process(arguments.integer(0)); }

CallResult sys_wait(const Arguments& arguments) {
    Result<std::uint32_t> pid = wait_for_child(arguments.address(0));
    if (!pid) {
        return failure(pid.error());
    }
    return *pid;
}

CallResult sys_kill(const Arguments& arguments) {
    Result<void> killed = kill_process(static_cast<std::uint32_t>(arguments.integer(0)));
    if (!killed) {
        return failure(killed.error());
    }
    return 0;
}

CallResult sys_exec(const Arguments& arguments) {
    Result<int> argument_count = exec_user(arguments.caller(), arguments);
    if (!argument_count) {
        return failure(argument_count.error());
    }
    return static_cast<std::uint64_t>(*argument_count);
}

CallResult sys_getpid(const Arguments& arguments) { return arguments.caller().pid; }

CallResult sys_sbrk(const Arguments& arguments) {
    Process& self = arguments.caller();
    std::uint64_t before = self.size;
    Result<void> moved = move_heap_end(self, arguments.integer(0));
    if (!moved) {
        return failure(moved.error());
    }
    return before;
}

CallResult sys_sleep(const Arguments& arguments) {
    std::int32_t ticks = arguments.integer(0);
    Result<void> slept = clock_sleep(ticks < 0 ? 0 : static_cast<std::uint64_t>(ticks));
    if (!slept) {
        return failure(slept.error());
    }
    return 0;
}

CallResult sys_uptime(const Arguments&) { return clock_uptime(); }

CallResult sys_shutdown(const Arguments& arguments) {
    scheduler_stop_others();
    policy::settle();
    arch::quiescent();
    arch::finish(static_cast<std::uint32_t>(arguments.integer(0)) & 0xffff);
}

CallResult sys_fail_allocation(const Arguments& arguments) {
    fail_allocation(static_cast<std::uint32_t>(arguments.integer(0)));
    return 0;
}

CallResult sys_set_priority(const Arguments& arguments) {
    return set_priority(static_cast<std::uint32_t>(arguments.integer(0)), arguments.integer(1));
}

CallResult sys_priority_of(const Arguments& arguments) {
    return tell_priority(static_cast<std::uint32_t>(arguments.integer(0)), arguments.caller().space,
                         arguments.address(1));
}

}  // namespace kernel
