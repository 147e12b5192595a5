// Race detection goes back with its machine: what it knows behind a run, and another, is what it
// knew before.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <map>

#include "harts/core/hart.h"
#include "harts/image/elf_image.h"
#include "harts/machine/snapshot.h"
#include "harts/memory/ram.h"
#include "harts/observe/race/race_engine.h"
#include "harts/observe/race/race_observer.h"
#include "harts/observe/race/race_watch.h"
#include "harts/schedule/random_schedule.h"
#include "harts/tests/races/cases.h"

namespace stampede::races {
namespace {

using ::testing::SizeIs;

constexpr unsigned harts = 4, stops = 40;
constexpr u64 rounds = 40;

// What can be seen of it, by what it is.
using Knowledge = std::map<std::string, std::vector<u64>>;

// How deep harts stand when they start.
struct Starts final : ObserverOf<Starts> {
    explicit Starts(const RaceObserver& race) : race(race) {}
    void on_start(Hart& hart) override {
        depths[hart.own.id.value] = race.stack_depth(hart.own.id);
    }  // its own element
    const RaceObserver& race;
    std::array<unsigned, harts> depths{};
};

struct Stage final : TurnListener, Restorable {
    Stage(std::string_view name, Drive drive)
        : one(*std::ranges::find(all_cases(), name, &Case::name)),
          machine(load_case(
                      one, {.harts = harts,
                            .rounds = rounds,
                            .time = drive == Drive::OneThread ? TimeMode::Counted : TimeMode::Warp})
                      .value()),
          all(harts_of(*machine)),
          observer(machine->ram(), all, drive),
          drive(drive) {
        const ElfImage guest = ElfImage::read(file_of(one.guest)).value();
        observer.set_lock_functions(
            {guest.address_of("acquire").value_or(0), guest.address_of("release").value_or(0)});
        observer.expect_snapshot();
        machine->set_observers({&observer, &starts}, racing_again_engine);
    }
    ~Stage() override { machine->set_observers({}); }
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;

    static std::vector<Hart*> harts_of(Machine& machine) {
        std::vector<Hart*> all;
        for (u32 n = 0; n < harts; ++n) {
            all.push_back(&machine.hart({n}));
        }
        return all;
    }

    void on_turn(HartId hart) override { observer.switch_to(hart); }
    void on_turns_over() override { observer.leave(); }
    void save() override { observer.save(); }
    void restore() override { observer.restore(); }

    void run_turns(u64 seed, u64 instructions) {
        RandomSchedule schedule(seed, 30);
        (void)machine->run_scheduled(schedule, instructions, this);
    }

    [[nodiscard]] Knowledge knowledge() const {
        Knowledge known;
        for (const Hart* hart : all) {
            const LockSet& held = observer.held(hart->own.id);
            known["satp"].push_back(held.satp);
            known["slow"].push_back(hart->watches.of<RaceWatch>().slow ? 1 : 0);
            known["context"].push_back(hart->watches.of<RaceWatch>().context);
            if (drive == Drive::OneThread) {
                known["depth"].push_back(observer.stack_depth(hart->own.id));
            }
            for (unsigned n = 0; n < held.count; ++n) {
                known["held"].insert(known["held"].end(),
                                     {hart->own.id.value, held.held[n].word, held.held[n].pc});
            }
        }
        const Ram& ram = machine->ram();
        for (u64 at = 0; at < ram.size() / 32; ++at) {
            if (const u8 bits = all[0]->watches.of<RaceWatch>().atomic[at]; bits != 0) {
                known["atomic"].insert(known["atomic"].end(), {at, bits});
                for (u64 word = 0; word < 32; word += 4) {
                    const LockWord lock = observer.locks().find(ram_base.value + at * 32 + word);
                    known["locks"].insert(known["locks"].end(),
                                          {lock.address, lock.taken, lock.given, lock.violations,
                                           lock.tickets, lock.holder, lock.named});
                }
            }
        }
        known["orders"].push_back(observer.lock_order().size());
        for (const auto& cycle : observer.lock_order().cycles(observer.locks())) {
            for (const LockEdge& edge : cycle) {
                known["orders"].insert(known["orders"].end(),
                                       {edge.held, edge.taken, edge.hart, edge.count});
                known["orders"].insert(known["orders"].end(), edge.pcs.begin(),
                                       edge.pcs.begin() + edge.depth);
            }
        }
        known["reports"].push_back(observer.reports().size());
        return known;
    }

    const Case& one;
    const std::unique_ptr<Machine> machine;
    const std::vector<Hart*> all;
    RaceObserver observer;
    Starts starts{observer};
    const Drive drive;
};

void expect_same(const Knowledge& wanted, const Knowledge& found, const std::string& when) {
    for (const auto& [what, values] : wanted) {
        const auto there = found.find(what);
        EXPECT_TRUE(there != found.end() && there->second == values) << what << " differ " << when;
    }
    EXPECT_EQ(wanted.size(), found.size()) << when;
}

struct StoppedRun {
    const char* name;
    u64 before;                           // instructions up to the snapshot
    u64 unit;                             // between stops
    std::vector<const char*> taken_back;  // what differs from the snapshot at some stop
};

void PrintTo(const StoppedRun& run, std::ostream* out) { *out << run.name; }

TEST(ContextsTest, numbers_given_since_are_given_again) {
    LockSet one, two;
    one.satp = 1;
    two.satp = 2;
    Contexts contexts(0);
    contexts.save();
    const u64 tag = contexts.tag_of(one);
    contexts.restore();
    EXPECT_EQ(contexts.tag_of(two), tag);
    EXPECT_EQ(contexts.find(tag).satp, 2u);
    EXPECT_NE(contexts.tag_of(one), tag);
    EXPECT_NE(contexts.tag_of({}), tag);
}

class RaceSnapshotTest : public testing::TestWithParam<StoppedRun> {};

TEST_P(RaceSnapshotTest, one_schedule_leads_to_the_same_knowledge_behind_any_other) {
    const StoppedRun& run = GetParam();
    Stage stage(run.name, Drive::OneThread);
    stage.run_turns(1, run.before);
    Snapshot snapshot(*stage.machine, {&stage});
    const Knowledge at_snapshot = stage.knowledge();
    std::map<std::string, unsigned> differed;
    for (u64 n = 1; n <= stops; ++n) {
        const u64 length = run.unit * n;  // ends anywhere: in a lock, behind a fence
        stage.run_turns(n, length);
        const Knowledge first = stage.knowledge();
        for (const auto& [what, values] : first) {
            const auto there = at_snapshot.find(what);
            differed[what] += there == at_snapshot.end() || there->second != values ? 1 : 0;
        }
        snapshot.restore();
        expect_same(at_snapshot, stage.knowledge(), "behind restore()");
        stage.run_turns(n + 1000, run.unit * (stops + 1 - n));
        snapshot.restore();
        stage.run_turns(n, length);
        expect_same(first, stage.knowledge(), "behind another run");
        snapshot.restore();
    }
    for (const char* what : run.taken_back) {
        EXPECT_GE(differed[what], 1u)
            << what << " never differed from the snapshot: nothing to take back";
    }
}

INSTANTIATE_TEST_SUITE_P(
    Cases, RaceSnapshotTest,
    testing::Values(
        StoppedRun{"kernel", 3000, 5003, {"atomic", "context", "depth", "held", "locks", "slow"}},
        StoppedRun{"opposite_orders_ticket",
                   800,
                   501,
                   {"atomic", "context", "depth", "held", "locks", "orders", "slow"}},
        StoppedRun{"opposite_orders_named",
                   800,
                   501,
                   {"atomic", "context", "depth", "held", "locks", "orders", "slow"}}),
    [](const auto& info) { return std::string(info.param.name); });

// Where the second lock of each edge was taken.
std::map<std::pair<u64, u64>, std::vector<u64>> stacks_of(const Stage& stage) {
    std::map<std::pair<u64, u64>, std::vector<u64>> stacks;
    for (const auto& cycle : stage.observer.lock_order().cycles(stage.observer.locks())) {
        for (const LockEdge& edge : cycle) {
            stacks[{edge.held, edge.taken}].assign(edge.pcs.begin(), edge.pcs.begin() + edge.depth);
        }
    }
    return stacks;
}

TEST(RaceSnapshotTestInParallel, each_run_begins_with_what_was_known_and_on_the_stacks_of_then) {
    Stage stage("opposite_orders_swap", Drive::ThreadAHart);
    // Behind the way out of machine mode, which ends all stacks.
    while (std::ranges::any_of(
        stage.all, [](const Hart* hart) { return hart->own.mode == Privilege::Machine; })) {
        ASSERT_EQ(stage.machine->run_parallel(std::chrono::microseconds(100)),
                  MachineStop::Deadline);
    }
    Snapshot snapshot(*stage.machine, {&stage});
    const Knowledge at_snapshot = stage.knowledge();
    std::array<unsigned, harts> depths{};
    for (const Hart* hart : stage.all) {
        depths[hart->own.id.value] = stage.observer.stack_depth(hart->own.id);
    }
    std::map<std::pair<u64, u64>, std::vector<u64>> first;
    for (unsigned n = 0; n < 8; ++n) {
        (void)stage.machine->run_parallel(std::chrono::milliseconds(n));  // mostly ends amid calls
        EXPECT_EQ(stage.starts.depths, depths);
        snapshot.restore();
        ASSERT_EQ(stage.machine->run_parallel(std::chrono::seconds(60)), MachineStop::Finished);
        const auto stacks = stacks_of(stage);
        ASSERT_THAT(stacks, SizeIs(2)) << "an edge each way";
        first = n == 0 ? stacks : first;
        EXPECT_EQ(stacks, first) << "in run " << n;
        snapshot.restore();
        expect_same(at_snapshot, stage.knowledge(), "behind restore()");
    }
}

}  // namespace
}  // namespace stampede::races
