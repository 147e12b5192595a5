// Who runs next, as the word `scheduler=` of the kernel's command line chooses once for all.
#pragma once
#include <cstdint>

namespace kernel {

enum class SchedulerChoice : std::uint32_t {
    rr,   // in turn, each hart by itself; the default
    pbs,  // by priority, all harts together (priority.h)
};

// Written by the boot hart before there is a process or another hart.
extern SchedulerChoice scheduler_choice;

inline bool by_priority() { return __builtin_expect(scheduler_choice == SchedulerChoice::pbs, 0); }

}  // namespace kernel
