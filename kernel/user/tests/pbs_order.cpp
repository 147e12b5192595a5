// Who runs when, by priority: needs scheduler=pbs and, for all that is about order, one hart;
// elsewhere it only tries the calls. With the word `clocks=1` it looks in which order several harts
// take processes, too: that is for schedules where no host can hold one hart back. A try in which
// slices were cut short, by a busy host, says nothing about order and is made again.
#include "kernel/user/lib/print.h"
#include "kernel/user/lib/program.h"
#include "kernel/user/lib/system_calls.h"
#include "kernel/user/tests/pbs_races.h"
#include "kernel/user/tests/pbs_runners.h"

using namespace user;

#define REQUIRE(condition) \
    ((condition)           \
         ? void()          \
         : fail("a call gave another result than it should", "line %d: %s", __LINE__, #condition))

namespace {

constexpr int tries = 3;
constexpr int nobody = 0x7fffff00;  // a pid that no process has had yet

void without_priorities() {
    ProcessPriority priority;
    const int self = getpid();
    REQUIRE(priority_of(self, &priority) == -1 && set_priority(self, 50) == -1);
}

void refused() {
    // the last in the slot of this process
    const int no_pids[] = {0, -1, nobody, static_cast<int>(0x80000000), getpid() + 640};
    static const int no_priorities[] = {-1, 101, 0x7fffffff, static_cast<int>(0x80000000)};
    const int self = getpid();
    ProcessPriority priority;
    for (const int pid : no_pids) {
        REQUIRE(set_priority(pid, 10) == -1 && priority_of(pid, &priority) == -1);
    }
    for (const int wrong : no_priorities) {
        REQUIRE(set_priority(self, wrong) == -1 && seen_priority(self).static_priority == 50);
    }
    static const std::uint64_t no_addresses[] = {~std::uint64_t{63}, stampede::abi::user_max_va};
    for (const std::uint64_t no_address : no_addresses) {
        REQUIRE(priority_of(self, reinterpret_cast<ProcessPriority*>(no_address)) == -1);
    }
    const int pid = fork();
    if (pid == 0) {
        exit(0);
    }
    REQUIRE(wait(nullptr) == pid && set_priority(pid, 10) == -1 &&
            priority_of(pid, &priority) == -1);
}

// What a child has is neither its parent's nor that of who had its slot before.
void values() {
    constexpr int forks = 700;  // more than the kernel has slots
    const int self = getpid();
    REQUIRE(set_priority(self, 100) == 50 && seen_priority(self).dynamic_priority == 100);
    REQUIRE(set_priority(self, 0) == 100 && set_priority(self, 30) == 0 &&
            seen_priority(self).static_priority == 30);
    for (int i = 0; i < forks; ++i) {
        const int pid = fork();
        if (pid == 0) {
            const ProcessPriority own = seen_priority(getpid());
            const bool new_one =
                own.static_priority == 50 && own.times_scheduled > 0 && own.times_scheduled < 20;
            exit(new_one && set_priority(getpid(), 7) == 50 ? 0 : failed_status);
        }
        int status = 0;
        REQUIRE(wait(&status) == pid && status == 0);
    }
    REQUIRE(set_priority(self, 50) == 30);
}

// The caller lets others run exactly when somebody's dynamic priority became better, and then
// whoever comes first runs.
bool caller_yields(See see) {
    const int self = getpid();
    Runner runner{95, 0, 0, slice / 100};
    Race race(&runner, 1);
    const std::uint64_t begun = now() - seen_priority(self).running;  // its slice
    race.open();  // it waits for the hart from now on
    const std::uint64_t own = seen_priority(self).times_scheduled,
                        its = seen_priority(runner.pid).times_scheduled;
    const int worse = set_priority(runner.pid, 99);
    const std::uint64_t own_after_worse = seen_priority(self).times_scheduled;
    // 105 at most before, that is 100, too: 80 + 25
    const int better = set_priority(runner.pid, 80);
    const std::uint64_t own_after_equal = seen_priority(self).times_scheduled;
    const int still_behind = set_priority(runner.pid, 50);
    const std::uint64_t own_behind = seen_priority(self).times_scheduled,
                        its_behind = seen_priority(runner.pid).times_scheduled;
    const std::uint32_t dynamic = seen_priority(runner.pid).dynamic_priority;
    const int in_front_before = set_priority(self, 90);
    const int in_front = set_priority(runner.pid, 3);
    const std::uint64_t its_in_front = seen_priority(runner.pid).times_scheduled;
    const std::uint64_t ended = now();
    set_priority(self, 0);
    race.finish();
    REQUIRE(worse == 95 && better == 99 && still_behind == 80 && in_front_before == 0 &&
            in_front == 50);
    if (ended - begun > slice / 2) {
        return false;  // perhaps a slice ended meanwhile
    }
    if (see == See::ends) {
        REQUIRE(dynamic == 75);
        REQUIRE(own_after_worse == own && own_after_equal == own);
        REQUIRE(own_behind == own + 1 && its_behind == its);
        REQUIRE(its_in_front > its_behind);
    }
    return true;
}

void again_while_cut(See see, bool (*attempt)(See)) {
    for (int i = 0; i < tries; ++i) {
        if (attempt(see) || see != See::ends) {
            return;
        }
    }
    printf(console_out, "pbs_order: no order seen, for a busy host cut slices short\n");
}

}  // namespace

int main(int argc, char** argv) {
    if (!on_own_kernel) {
        printf(console_out, "pbs_order: ok, but this kernel has no priorities\n");
        return 0;
    }
    ProcessPriority own;
    if (priority_of(getpid(), &own) != 0) {
        without_priorities();
        printf(console_out, "pbs_order: no priorities without scheduler=pbs\npbs_order: ok\n");
        return 0;
    }
    const See see = own.harts == 1                         ? See::ends
                    : option(argc, argv, "clocks", 0) != 0 ? See::beginnings
                                                           : See::nothing;
    refused();
    values();
    set_priority(getpid(), 0);
    again_while_cut(see, short_runners_in_order);
    again_while_cut(see, long_runners_end_in_order);
    equals_take_turns(see);
    sleeper_has_turns_beside_a_spinner(see);
    again_while_cut(see, caller_yields);
    printf(console_out, "pbs_order: ok\n");
    return 0;
}
