// Who runs when, by priority: needs scheduler=pbs and, for all that is about order, one hart; elsewhere it only tries the calls. With the word
// `clocks=1` it looks in which order several harts take processes, too: that is for schedules where no host can hold one hart back. A try in which
// slices were cut short, by a busy host, says nothing about order and is made again.
#include "kernel/user/lib/print.h"
#include "kernel/user/lib/program.h"
#include "kernel/user/lib/system_calls.h"
#include "kernel/user/tests/pbs_runners.h"

using namespace user;

#define REQUIRE(condition) \
    ((condition) ? void() : fail("a call gave another result than it should", "line %d: %s", __LINE__, #condition))

namespace {

constexpr int tries = 3;
constexpr int nobody = 0x7fffff00;   // a pid that no process has had yet
bool one_hart = false, compare_clocks = false;

void without_priorities() {
    ProcessPriority priority;
    const int self = getpid();
    REQUIRE(priority_of(self, &priority) == -1 && set_priority(self, 50) == -1);
}

void refused() {
    const int no_pids[] = {0, -1, nobody, static_cast<int>(0x80000000), getpid() + 640};   // the last in the slot of this process
    static const int no_priorities[] = {-1, 101, 0x7fffffff, static_cast<int>(0x80000000)};
    const int self = getpid();
    ProcessPriority priority;
    for (const int pid : no_pids) {
        REQUIRE(set_priority(pid, 10) == -1 && priority_of(pid, &priority) == -1);
    }
    for (const int wrong : no_priorities) {
        REQUIRE(set_priority(self, wrong) == -1 && seen_priority(self).static_priority == 50);
    }
    REQUIRE(priority_of(self, nullptr) == -1 || priority_of(self, reinterpret_cast<ProcessPriority*>(-64)) == -1);
    const int pid = fork();
    if (pid == 0) {
        exit(0);
    }
    REQUIRE(wait(nullptr) == pid && set_priority(pid, 10) == -1 && priority_of(pid, &priority) == -1);
}

// What a child has is neither its parent's nor that of who had its slot before.
void values() {
    constexpr int forks = 700;   // more than the kernel has slots
    const int self = getpid();
    REQUIRE(set_priority(self, 100) == 50 && seen_priority(self).dynamic_priority == 100);
    REQUIRE(set_priority(self, 0) == 100 && set_priority(self, 30) == 0 && seen_priority(self).static_priority == 30);
    for (int i = 0; i < forks; ++i) {
        const int pid = fork();
        if (pid == 0) {
            const ProcessPriority own = seen_priority(getpid());
            const bool new_one = own.static_priority == 50 && own.times_scheduled > 0 && own.times_scheduled < 20;
            exit(new_one && set_priority(getpid(), 7) == 50 ? 0 : failed_status);
        }
        int status = 0;
        REQUIRE(wait(&status) == pid && status == 0);
    }
    REQUIRE(set_priority(self, 50) == 30);
}

// By priority; of equals the one that had fewer turns, then the older one. Nobody has an index yet.
bool comes_first(const Race& race, int one, int other) {
    const ProcessPriority &its = race.at_gate(one), &others = race.at_gate(other);
    if (its.dynamic_priority != others.dynamic_priority) {
        return its.dynamic_priority < others.dynamic_priority;
    }
    return its.times_scheduled != others.times_scheduled ? its.times_scheduled < others.times_scheduled : one < other;
}

// All harts take from the same processes: nobody begins behind one who comes later than he, and they do not take as long as on one hart.
void require_order_of_beginnings(const Race& race, const Runner* runners, int count, std::uint64_t work) {
    std::uint64_t first = UINT64_MAX, last = 0;
    for (int better = 0; better < count; ++better) {
        const std::uint64_t began = race.began(better);
        first = began < first ? began : first;
        last = began > last ? began : last;
        for (int worse = 0; worse < count; ++worse) {
            if (comes_first(race, better, worse) && began > race.began(worse) + slice / 50) {
                fail("a hart took a process while a better one waited", "priority %d began %lu ticks behind priority %d",
                     runners[better].priority, began - race.began(worse), runners[worse].priority);
            }
        }
    }
    if (last - first > static_cast<std::uint64_t>(count) * work * 3 / 4) {
        fail("processes waited beside a hart that had none", "the last of %d began %lu ticks behind the first", count, last - first);
    }
}

// One turn each, so nobody has an index when he is picked.
bool short_runners_in_order() {
    constexpr std::uint64_t work = slice / 10;
    Runner runners[] = {{90, 0, 0, work}, {50, 2, 0, work}, {10, 0, 0, work}, {50, 0, 0, work}, {50, 0, 0, work},
                        {0, 1, 0, work},  {99, 0, 0, work}, {11, 0, 0, work}, {10, 1, 0, work}, {100, 0, 0, work}};
    constexpr int count = sizeof runners / sizeof runners[0];
    Race race(runners, count);
    race.open();
    race.finish();
    bool conclusive = race.at_gate(1).times_scheduled > race.at_gate(3).times_scheduled;   // of equals, and older
    for (int i = 0; i < count; ++i) {
        const ProcessPriority& seen = race.at_gate(i);
        REQUIRE(seen.static_priority == static_cast<std::uint32_t>(runners[i].priority));
        REQUIRE(seen.index == 0 && seen.dynamic_priority == seen.static_priority);
        conclusive = conclusive && race.turns(i) == 1;
    }
    if (compare_clocks) {
        require_order_of_beginnings(race, runners, count, work);
    }
    for (int i = 1; one_hart && conclusive && i < count; ++i) {
        const int earlier = race.ended(i - 1), later = race.ended(i);
        if (!comes_first(race, earlier, later)) {
            fail("a process ran before one that comes first", "priority %d, %lu turns before priority %d, %lu turns",
                 runners[earlier].priority, race.at_gate(earlier).times_scheduled, runners[later].priority,
                 race.at_gate(later).times_scheduled);
        }
    }
    return conclusive;
}

void require_order(const Race& race, int count, const char* otherwise) {
    for (int i = 0; one_hart && i < count; ++i) {
        if (race.ended(i) != i) {
            fail(otherwise, "number %d was runner %d", i, race.ended(i));
        }
    }
}

// Two and a half slices each: who used up his slice has an index and lets others go first, but the better one still ends first.
bool long_runners_end_in_order() {
    constexpr int count = 3;
    Runner runners[count] = {{10, 0, 0, slice * 5 / 2}, {50, 0, 0, slice * 5 / 2}, {90, 0, 0, slice * 5 / 2}};
    Race race(runners, count);
    race.open();
    race.finish();
    if (race.held() || race.turns(0) > 3 || race.turns(1) > 3) {
        return false;   // slices that were cut short
    }
    require_order(race, count, "processes ended in another order than that of their priorities");
    return true;
}

// Whose dynamic priority cannot rise or fall any more.
void equals_take_turns() {
    Runner runners[] = {{100, 0, 0, slice * 5 / 2}, {100, 0, 0, slice * 5 / 2}};
    Race race(runners, 2);
    race.open();
    race.finish();
    if (one_hart && race.turns(0) < 2) {
        fail("a process kept the hart while an equal one waited", "%lu turns", race.turns(0));
    }
}

// The sleeper's static priority is the worse one, but it is woken with the index 0 while the other one has used up slices.
void sleeper_has_turns_beside_a_spinner() {
    Runner runners[] = {{60, 0, 1, slice / 10}, {50, 0, 0, slice * 15}};
    Race race(runners, 2);
    race.open();
    race.finish();
    require_order(race, 2, "a process that sleeps had no turn beside one that computes");
}

// The caller lets others run exactly when somebody's dynamic priority became better, and then whoever comes first runs.
bool caller_yields() {
    const int self = getpid();
    Runner runner{95, 0, 0, slice / 100};
    Race race(&runner, 1);
    const std::uint64_t begun = now();
    race.open();   // it waits for the hart from now on
    const std::uint64_t own = seen_priority(self).times_scheduled, its = seen_priority(runner.pid).times_scheduled;
    const int worse = set_priority(runner.pid, 99);
    const std::uint64_t own_after_worse = seen_priority(self).times_scheduled;
    const int better = set_priority(runner.pid, 80);   // 105 at most before, that is 100, too: 80 + 25
    const std::uint64_t own_after_equal = seen_priority(self).times_scheduled;
    const int still_behind = set_priority(runner.pid, 50);
    const std::uint64_t own_behind = seen_priority(self).times_scheduled, its_behind = seen_priority(runner.pid).times_scheduled;
    const std::uint32_t dynamic = seen_priority(runner.pid).dynamic_priority;
    const int in_front_before = set_priority(self, 90);
    const int in_front = set_priority(runner.pid, 3);
    const std::uint64_t its_in_front = seen_priority(runner.pid).times_scheduled;
    const std::uint64_t ended = now();
    set_priority(self, 0);
    race.finish();
    REQUIRE(worse == 95 && better == 99 && still_behind == 80 && in_front_before == 0 && in_front == 50);
    if (ended - begun > slice / 2) {
        return false;   // perhaps a slice ended meanwhile
    }
    if (one_hart) {
        REQUIRE(dynamic == 75);
        REQUIRE(own_after_worse == own && own_after_equal == own);
        REQUIRE(own_behind == own + 1 && its_behind == its);
        REQUIRE(its_in_front > its_behind);
    }
    return true;
}

void again_while_cut(bool (*attempt)()) {
    for (int i = 0; i < tries; ++i) {
        if (attempt() || !one_hart) {
            return;
        }
    }
    printf(console_out, "pbs_order: no order seen, for a busy host cut slices short\n");
}

}  // namespace

int main(int argc, char** argv) {
    ProcessPriority own;
    if (priority_of(getpid(), &own) != 0) {
        without_priorities();
        printf(console_out, "pbs_order: no priorities without scheduler=pbs\npbs_order: ok\n");
        return 0;
    }
    one_hart = own.harts == 1;
    compare_clocks = option(argc, argv, "clocks", 0) != 0;
    refused();
    values();
    set_priority(getpid(), 0);
    again_while_cut(short_runners_in_order);
    again_while_cut(long_runners_end_in_order);
    equals_take_turns();
    sleeper_has_turns_beside_a_spinner();
    again_while_cut(caller_yields);
    printf(console_out, "pbs_order: ok\n");
    return 0;
}
