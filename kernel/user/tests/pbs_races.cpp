#include "kernel/user/tests/pbs_races.h"

#include "kernel/user/lib/program.h"
#include "kernel/user/tests/pbs_runners.h"

namespace user {

namespace {

// By priority; of equals the one that had fewer turns, then the older one. Nobody has an index yet.
bool comes_first(const Race& race, int one, int other) {
    const ProcessPriority &its = race.at_gate(one), &others = race.at_gate(other);
    if (its.dynamic_priority != others.dynamic_priority) {
        return its.dynamic_priority < others.dynamic_priority;
    }
    return its.times_scheduled != others.times_scheduled
               ? its.times_scheduled < others.times_scheduled
               : one < other;
}

// All harts take from the same processes: nobody begins behind one who comes later than he, and
// they do not take as long as on one hart.
void require_order_of_beginnings(const Race& race, const Runner* runners, int count,
                                 std::uint64_t work) {
    std::uint64_t first = UINT64_MAX, last = 0;
    for (int better = 0; better < count; ++better) {
        const std::uint64_t began = race.began(better);
        first = began < first ? began : first;
        last = began > last ? began : last;
        for (int worse = 0; worse < count; ++worse) {
            if (comes_first(race, better, worse) && began > race.began(worse) + slice / 50) {
                fail("a hart took a process while a better one waited",
                     "priority %d began %lu ticks behind priority %d", runners[better].priority,
                     began - race.began(worse), runners[worse].priority);
            }
        }
    }
    if (last - first > static_cast<std::uint64_t>(count) * work * 3 / 4) {
        fail("processes waited beside a hart that had none",
             "the last of %d began %lu ticks behind the first", count, last - first);
    }
}

void require_order(See see, const Race& race, int count, const char* otherwise) {
    for (int i = 0; see == See::ends && i < count; ++i) {
        if (race.ended(i) != i) {
            fail(otherwise, "number %d was runner %d", i, race.ended(i));
        }
    }
}

}  // namespace

bool short_runners_in_order(See see) {
    constexpr std::uint64_t work = slice / 10;
    Runner runners[] = {{90, 0, 0, work}, {50, 2, 0, work}, {10, 0, 0, work}, {50, 0, 0, work},
                        {50, 0, 0, work}, {0, 1, 0, work},  {99, 0, 0, work}, {11, 0, 0, work},
                        {10, 1, 0, work}, {100, 0, 0, work}};
    constexpr int count = sizeof runners / sizeof runners[0];
    Race race(runners, count);
    race.open();
    race.finish();
    // of equals, and older
    bool conclusive = race.at_gate(1).times_scheduled > race.at_gate(3).times_scheduled;
    for (int i = 0; i < count; ++i) {
        const ProcessPriority& seen = race.at_gate(i);
        if (seen.index != 0 ||
            seen.static_priority != static_cast<std::uint32_t>(runners[i].priority) ||
            seen.dynamic_priority != seen.static_priority) {
            fail("a process that slept has another priority than it was given", "%d: %u + %u = %u",
                 runners[i].priority, seen.static_priority, seen.index, seen.dynamic_priority);
        }
        conclusive = conclusive && race.turns(i) == 1;
    }
    if (see == See::beginnings) {
        require_order_of_beginnings(race, runners, count, work);
    }
    for (int i = 1; see == See::ends && conclusive && i < count; ++i) {
        const int earlier = race.ended(i - 1), later = race.ended(i);
        if (!comes_first(race, earlier, later)) {
            fail("a process ran before one that comes first",
                 "priority %d, %lu turns before priority %d, %lu turns", runners[earlier].priority,
                 race.at_gate(earlier).times_scheduled, runners[later].priority,
                 race.at_gate(later).times_scheduled);
        }
    }
    return conclusive;
}

bool long_runners_end_in_order(See see) {
    constexpr int count = 3;
    Runner runners[count] = {
        {10, 0, 0, slice * 5 / 2}, {50, 0, 0, slice * 5 / 2}, {90, 0, 0, slice * 5 / 2}};
    Race race(runners, count);
    race.open();
    race.finish();
    if (race.held() || race.turns(0) > 3 || race.turns(1) > 3) {
        return false;  // slices that were cut short
    }
    require_order(see, race, count,
                  "processes ended in another order than that of their priorities");
    return true;
}

void equals_take_turns(See see) {
    Runner runners[] = {{100, 0, 0, slice * 5 / 2}, {100, 0, 0, slice * 5 / 2}};
    Race race(runners, 2);
    race.open();
    race.finish();
    if (see == See::ends && race.turns(0) < 2) {
        fail("a process kept the hart while an equal one waited", "%lu turns", race.turns(0));
    }
}

void sleeper_has_turns_beside_a_spinner(See see) {
    Runner runners[] = {{60, 0, 1, slice / 10}, {50, 0, 0, slice * 15}};
    Race race(runners, 2);
    race.open();
    race.finish();
    require_order(see, race, 2, "a process that sleeps had no turn beside one that computes");
}

}  // namespace user
