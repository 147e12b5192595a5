#include "kernel/proc/clock.h"

#include <array>

#include "kernel/arch/riscv/machine.h"
#include "kernel/proc/process.h"
#include "kernel/proc/scheduler.h"

namespace kernel {

namespace {

struct Sleeper {
    std::uint64_t deadline;
    ListLink link;
};

struct alignas(64) Sleepers {
    Spinlock<Rank::clock> lock{"clock"};
    // earliest first; the entries live on their sleepers' stacks
    List<Sleeper, &Sleeper::link> by_deadline GUARDED_BY(lock);
    // written under `lock`, read by its own hart to arm the timer
    Relaxed<std::uint64_t> earliest{arch::never};
};
constinit std::array<Sleepers, arch::max_cpus> sleepers_of_hart{};

constinit std::uint64_t boot_time = 0;  // written once, before other harts run

void insert(Sleepers& sleepers, Sleeper& added) REQUIRES(sleepers.lock) {
    Sleeper* before = sleepers.by_deadline.front();
    while (before && before->deadline <= added.deadline) {
        before = sleepers.by_deadline.next(*before);
    }
    if (before) {
        sleepers.by_deadline.insert_before(*before, added);
    } else {
        sleepers.by_deadline.push_back(added);
    }
}

void note_earliest(Sleepers& sleepers) REQUIRES(sleepers.lock) {
    Sleeper* first = sleepers.by_deadline.front();
    sleepers.earliest.store(first ? first->deadline : arch::never);
}

Sleepers& sleepers_here() {
    InterruptsOff off;
    return sleepers_of_hart[arch::cpu_id()];
}

}  // namespace

void clock_init() { boot_time = arch::now(); }
std::uint64_t clock_uptime() { return (arch::now() - boot_time) / clock_tick; }

// The sleeper is put under the clock of the hart it runs on now. Should it have moved just before
// the lock is taken, that hart learns of the deadline at its next slice or by the interrupt sent
// here.
Result<void> clock_sleep(std::uint64_t ticks) {
    Process& self = current_process();
    Sleepers& sleepers = sleepers_here();
    Sleeper entry{arch::now() + ticks * clock_tick, {}};

    SpinGuard guard(sleepers.lock);
    insert(sleepers, entry);
    note_earliest(sleepers);
    auto home = static_cast<unsigned>(&sleepers - sleepers_of_hart.data());
    if (home != arch::cpu_id()) {
        arch::send_interrupt(home);
    }
    while (arch::now() < entry.deadline && !is_killed(self)) {
        sleep_on(&entry, sleepers.lock);
    }
    sleepers.by_deadline.remove(entry);
    note_earliest(sleepers);
    if (is_killed(self)) {
        return failure(Error::killed);
    }
    return {};
}

std::uint64_t clock_next_deadline() {
    return scheduler_stopping() ? arch::never : sleepers_of_hart[arch::cpu_id()].earliest.load();
}

void clock_start_slice() {
    std::uint64_t slice_end = arch::now() + clock_slice;
    std::uint64_t deadline = clock_next_deadline();
    arch::set_timer(deadline < slice_end ? deadline : slice_end);
}

// A sleeper that was woken stays in the list until it runs and removes itself; `earliest` steps
// over it.
void clock_interrupt() {
    Sleepers& sleepers = sleepers_of_hart[arch::cpu_id()];
    std::uint64_t now = arch::now();
    if (clock_next_deadline() <= now) {
        SpinGuard guard(sleepers.lock);
        Sleeper* entry = sleepers.by_deadline.front();
        for (; entry && entry->deadline <= now; entry = sleepers.by_deadline.next(*entry)) {
            wake_up(entry);
        }
        sleepers.earliest.store(entry ? entry->deadline : arch::never);
    }
    clock_start_slice();
}

}  // namespace kernel
