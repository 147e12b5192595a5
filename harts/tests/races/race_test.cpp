// Race detection on every guest of this folder: what must be reported is, at least nine times in
// ten, and what is sound is not, ever. In parallel, and in a repeatable schedule where one host
// thread and a fiber a hart stand for the harts' own.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "harts/core/hart.h"
#include "harts/image/elf_image.h"
#include "harts/image/symbols.h"
#include "harts/observe/race/race_engine.h"
#include "harts/observe/race/race_observer.h"
#include "harts/schedule/random_schedule.h"
#include "harts/tests/races/cases.h"

namespace stampede::races {
namespace {

constexpr unsigned runs = 10, enough = 9;  // of what must be reported
constexpr unsigned silent_runs = 3;        // of what must not
constexpr u64 ticket_rounds =
    20;  // a ticket lock wants one certain hart next, so eight on few cores are slow at it
constexpr u64 message_rounds =
    40;  // their harts wait for each other by plain loads, and each look is a race
constexpr u64 broken_kernel_rounds = 8;  // all its accesses race, and each report costs
// its readers and writers must meet, on a busy host too
constexpr u64 broken_sequence_rounds = 40;
constexpr u64 most_instructions = 200'000'000;

class Turns final : public TurnListener {
public:
    explicit Turns(RaceObserver& observer) : observer_(observer) {}
    void on_turn(HartId hart) override { observer_.switch_to(hart); }
    void on_turns_over() override { observer_.leave(); }

private:
    RaceObserver& observer_;
};

// Pairs of functions, as the guest's symbol table has them: the innermost that was not inlined.
using Pairs = std::set<std::pair<std::string, std::string>>;

struct Found {
    Pairs races, orders;
    MachineStop stop = MachineStop::Requested;
    std::optional<u32> status;
};

std::string function_at(const Symbols& symbols, u64 pc) {
    std::string name = symbols.frames(pc).back().function;
    return name.substr(name.rfind(':') == std::string::npos ? 0 : name.rfind(':') + 1);
}

void insert(Pairs& pairs, const std::string& a, const std::string& b) {
    pairs.insert({a, b});
    pairs.insert({b, a});
}

u64 rounds_of(const Case& one) {
    if (one.name.starts_with("kernel_with_broken")) {
        return one.name.ends_with("sequence_lock") ? broken_sequence_rounds : broken_kernel_rounds;
    }
    // 0: the case's own
    return one.name.contains("ticket")                                 ? ticket_rounds
           : one.group == Group::Messages || one.group == Group::Flags ? message_rounds
                                                                       : 0;
}

Found run(const Case& one, const Symbols& symbols, Drive drive, u64 seed, unsigned harts,
          unsigned permits = 0) {
    const TimeMode time = drive == Drive::OneThread ? TimeMode::Counted : TimeMode::Host;
    auto machine = load_case(
        one, {.harts = harts, .rounds = rounds_of(one), .permits = permits, .time = time});
    EXPECT_TRUE(machine.has_value());
    std::vector<Hart*> all;
    for (u32 n = 0; n < harts; ++n) {
        all.push_back(&(*machine)->hart({n}));
    }
    RaceObserver observer((*machine)->ram(), all, drive);
    const ElfImage& guest = symbols.image();
    observer.set_lock_functions(
        {guest.address_of("acquire").value_or(0), guest.address_of("release").value_or(0)});
    (*machine)->set_observers({&observer}, racing_engine);
    Found found;
    const bool ends = one.expectation != Expectation::Deadlock;
    if (drive == Drive::ThreadAHart) {
        found.stop = (*machine)->run_parallel(ends ? std::chrono::milliseconds(120'000)
                                                   : std::chrono::milliseconds(50));
    } else {
        RandomSchedule schedule(seed, 100);
        Turns turns(observer);
        found.stop =
            (*machine)->run_scheduled(schedule, ends ? most_instructions : 500'000, &turns);
    }
    found.status = (*machine)->exit_status();
    for (std::size_t n = 0; n < observer.reports().size(); ++n) {
        const Race race = observer.reports().race(n);
        insert(found.races, function_at(symbols, race.sides[0].pcs[0]),
               function_at(symbols, race.sides[1].pcs[0]));
    }
    for (const auto& cycle : observer.lock_order().cycles(observer.locks())) {
        for (const LockEdge& edge : cycle) {
            for (const LockEdge& other : cycle) {
                // Who asked for the lock, beyond the lock's own functions.
                for (unsigned a = 0; a < edge.depth; ++a) {
                    for (unsigned b = 0; b < other.depth; ++b) {
                        insert(found.orders, function_at(symbols, edge.pcs[a]),
                               function_at(symbols, other.pcs[b]));
                    }
                }
            }
        }
    }
    (*machine)->set_observers({});
    return found;
}

std::string text(const Pairs& pairs) {
    std::string all;
    for (const auto& [a, b] : pairs) {
        all += a <= b ? a + " / " + b + "; " : "";
    }
    return all.empty() ? "nothing" : all;
}

class RaceTest : public testing::TestWithParam<Case> {
protected:
    void expect_reported(Drive drive) const {
        const Case& one = GetParam();
        const Symbols symbols(ElfImage::read(file_of(one.guest)).value());
        unsigned reported = 0;
        std::string seen;
        const bool silent = one.expectation == Expectation::Silent;
        const unsigned all_runs = silent ? silent_runs : runs;
        const unsigned wanted_runs = silent ? silent_runs : enough;
        for (unsigned n = 0; n < all_runs && reported < wanted_runs; ++n) {
            const Found found = run(one, symbols, drive, n + 1, 8);
            if (one.expectation == Expectation::Deadlock) {
                EXPECT_NE(found.stop, MachineStop::Finished);
            } else {
                ASSERT_EQ(found.stop, MachineStop::Finished);
            }
            if (one.expectation == Expectation::Silent) {
                ASSERT_TRUE(found.races.empty()) << text(found.races);
            }
            if (one.expectation == Expectation::Silent || one.expectation == Expectation::Race) {
                ASSERT_TRUE(found.orders.empty()) << text(found.orders);
            }
            const std::pair wanted{std::string(one.first), std::string(one.second)};
            reported += one.expectation == Expectation::Race        ? found.races.contains(wanted)
                        : one.expectation == Expectation::LockOrder ? found.orders.contains(wanted)
                                                                    : 1;
            seen = text(one.expectation == Expectation::LockOrder ? found.orders : found.races);
        }
        EXPECT_GE(reported, wanted_runs)
            << "expected " << one.first << " / " << one.second << "; the last run had: " << seen;
    }
};

TEST_P(RaceTest, in_parallel) { expect_reported(Drive::ThreadAHart); }
TEST_P(RaceTest, in_turns) { expect_reported(Drive::OneThread); }

INSTANTIATE_TEST_SUITE_P(All, RaceTest, testing::ValuesIn(all_cases().begin(), all_cases().end()),
                         [](const auto& info) { return std::string(info.param.name); });

// Sound with any number of harts.
TEST(RaceTestHarts, the_small_kernel_is_silent_at_any_number_of_harts) {
    const auto kernel = std::ranges::find(all_cases(), "kernel", &Case::name);
    const Symbols symbols(ElfImage::read(file_of(kernel->guest)).value());
    for (const unsigned harts : {1u, 2u, 3u, 5u, 16u}) {
        for (const Drive drive : {Drive::ThreadAHart, Drive::OneThread}) {
            const Found found = run(*kernel, symbols, drive, harts, harts);
            EXPECT_EQ(found.stop, MachineStop::Finished) << harts;
            EXPECT_TRUE(found.races.empty()) << harts << " harts: " << text(found.races);
            EXPECT_TRUE(found.orders.empty()) << harts << " harts: " << text(found.orders);
        }
    }
}

}  // namespace
}  // namespace stampede::races
