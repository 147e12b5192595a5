// The real kernel from a snapshot: the same schedule gives the same run, whatever has been done to
// the machine in between.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "harts/core/hart.h"
#include "harts/core/machine_context.h"
#include "harts/machine/snapshot.h"
#include "harts/schedule/random_numbers.h"
#include "harts/tests/schedules/repeat.h"

namespace stampede::schedules {
namespace {

constexpr u64 until_snapshot = 3'000'000, piece = 150'000;  // instructions

class SnapshotTest : public testing::TestWithParam<unsigned> {
protected:
    void SetUp() override {
        const Result<ElfImage> kernel = read_kernel();
        ASSERT_TRUE(kernel.has_value()) << kernel.error().message;
        MachineConfig config;
        config.harts = GetParam();
        config.memory = u64{16} << 20;
        config.time = TimeMode::Counted;
        config.bootargs = "run=forkbomb ops=1000000 seed=1";
        auto created = Machine::create(config, *kernel);
        ASSERT_TRUE(created.has_value()) << created.error().message;
        machine = std::move(*created);
        machine->set_guest_calls(&nobody);
        run("random:1000", 1, until_snapshot);
    }

    // Runs on from here; gives what a guest can see.
    u64 run(const char* words, u64 seed, u64 instructions = piece) {
        const ScheduleSpec spec = *ScheduleSpec::parse(words);
        machine->set_perturbation(spec.perturbation(seed));
        const std::unique_ptr<Schedule> schedule = spec.make(seed, GetParam());
        EXPECT_EQ(machine->run_scheduled(*schedule, instructions), MachineStop::Deadline);
        return machine->state_hash();
    }

    GuestCallSink nobody;
    std::unique_ptr<Machine> machine;
};

TEST_P(SnapshotTest, brings_back_the_moment_it_was_taken_at) {
    Snapshot snapshot(*machine);
    const u64 hash = machine->state_hash();
    EXPECT_TRUE(snapshot.dirty_pages().empty());
    EXPECT_NE(run("random:500", 2), hash);
    EXPECT_FALSE(snapshot.dirty_pages().empty());
    snapshot.restore();
    EXPECT_EQ(machine->state_hash(), hash);
    EXPECT_TRUE(snapshot.dirty_pages().empty());
}

TEST_P(SnapshotTest, one_schedule_gives_one_run_behind_any_other) {
    Snapshot snapshot(*machine);
    const std::vector<const char*> schedules = {"random:1000", "round-robin:100,evict=64,sc=64",
                                                "pct:3", "random:50,timer=64,late=256",
                                                "pct:2:500,evict=128"};
    std::vector<u64> first;
    for (const char* schedule : schedules) {
        first.push_back(run(schedule, 7));
        snapshot.restore();
    }
    for (unsigned n = 0; n < schedules.size(); ++n) {
        EXPECT_EQ(std::ranges::count(first, first[n]), 1)
            << "a schedule changes nothing: " << schedules[n];
        for (unsigned before = 0; before < schedules.size(); ++before) {
            run(schedules[before], 100 + before);
            snapshot.restore();
            EXPECT_EQ(run(schedules[n], 7), first[n])
                << schedules[n] << " behind " << schedules[before];
            snapshot.restore();
        }
    }
}

// Everything of a hart and of the devices becomes something else, by their own ways in.
class Vandal {
public:
    Vandal(Machine& machine, u64 seed) : machine_(machine), state_(seed) {}

    void wreck() {
        for (u32 n = 0; n < machine_.harts(); ++n) {
            wreck_hart(machine_.hart({n}));
        }
        wreck_devices();
    }

private:
    u64 next() { return splitmix64(state_); }

    void wreck_hart(Hart& hart) {
        for (u64& x : hart.own.x) {
            x = next();
        }
        auto* word = reinterpret_cast<u64*>(&hart.own.csr);
        for (u64 n = 0; n < sizeof(CsrFile) / 8; ++n) {
            word[n] = next();
        }
        hart.own.pc = next();
        hart.own.mode = Privilege::Machine;
        hart.own.executed += next() % 1000;
        hart.own.spin.count += 1;
        hart.own.reservation = {};
        hart.own.reservation.valid = !hart.own.reservation.valid;
        hart.shared.lines.store(next() & 0xaaa);
        hart.wake_up();
        wreck_translations(hart);
        hart.decode_anew();
    }

    // Some go, others come.
    void wreck_translations(Hart& hart) {
        hart.tlb.flush_asid(static_cast<u16>(next() % 4));
        hart.tlb.for_each_bank([&](TlbBank& bank) {
            for (unsigned n = 0; n < 40; ++n) {
                const u64 address = next() & ~page_offset_mask,
                          physical = ram_base.value + next() % 1000 * page_size;
                TlbEntry& entry =
                    bank.take(address, physical, static_cast<int>(next() % 2), next() % 2 != 0);
                entry.read = entry.write = address;
                entry.offset = static_cast<i64>(next());
                bank.put_fetch(address, physical, 0, false,
                               hart.code.find(machine_.ram().page_index({physical})));
            }
            bank.flush_page(next());
        });
        hart.tlb.user(Satp{(u64{8} << 60) | (next() % 100) << 44});
        hart.tlb.supervisor(Satp{(u64{8} << 60) | (next() % 100) << 44});
    }

    void wreck_devices() {
        Bus& bus = machine_.hart({0}).machine.bus;
        constexpr u64 clint = 0x200'0000, plic = 0xc00'0000, rtc = 0x10'1000, uart = 0x1000'0000;
        for (u32 n = 0; n < machine_.harts(); ++n) {
            ASSERT_TRUE(bus.store({n}, {clint + 4 * n}, 4, next() & 1));
            ASSERT_TRUE(bus.store({n}, {clint + 0x4000 + 8 * n}, 8, next()));
            ASSERT_TRUE(bus.store({n}, {plic + 0x2000 + 0x80 * (2 * n + 1)}, 4, next()));
            ASSERT_TRUE(bus.store({n}, {plic + 0x20'0000 + 0x1000 * (2 * n + 1)}, 4, next() % 8));
        }
        ASSERT_TRUE(bus.store({0}, {clint + 0xbff8}, 8, next()));
        for (u32 source = 1; source < 12; ++source) {
            ASSERT_TRUE(bus.store({0}, {plic + 4 * source}, 4, next() % 8));
        }
        for (const u64 offset : {1u, 3u, 4u, 7u}) {
            ASSERT_TRUE(bus.store({0}, {uart + offset}, 1, next() & 0x7f));
        }
        for (const u64 offset : {0x00u, 0x04u, 0x10u, 0x0cu, 0x08u}) {
            ASSERT_TRUE(bus.store({0}, {rtc + offset}, 4, next()));
        }
        // the finisher: the guest has failed
        ASSERT_TRUE(bus.store({0}, {0x10'0000}, 4, 0x3333 | (next() & 0xff) << 16));
    }

    Machine& machine_;
    u64 state_;
};

TEST_P(SnapshotTest, whatever_has_become_of_harts_and_devices_comes_back) {
    Snapshot snapshot(*machine);
    const char* const schedule = "random:300,evict=64,sc=64,timer=32,late=64";
    const u64 hash = machine->state_hash(), behind = run(schedule, 7);
    snapshot.restore();
    for (u64 seed = 1; seed <= 20; ++seed) {
        run(schedule, seed);
        Vandal(*machine, seed).wreck();
        EXPECT_NE(machine->state_hash(), hash);
        snapshot.restore();
        EXPECT_EQ(machine->state_hash(), hash);
        EXPECT_EQ(machine->exit_status(), std::nullopt);
        EXPECT_EQ(run(schedule, 7), behind) << "wrecked with seed " << seed;
        snapshot.restore();
    }
}

// Without being told anew what perturbs the guest.
TEST_P(SnapshotTest, what_perturbs_the_guest_goes_on_from_where_it_was) {
    const ScheduleSpec spec = *ScheduleSpec::parse("random:300,evict=64,sc=64,timer=32,late=64");
    machine->set_perturbation(spec.perturbation(5));
    const auto go = [&] {
        EXPECT_EQ(machine->run_scheduled(*spec.make(5, GetParam()), piece), MachineStop::Deadline);
        return machine->state_hash();
    };
    go();
    Snapshot snapshot(*machine);
    const u64 first = go();
    for (int n = 0; n < 3; ++n) {
        snapshot.restore();
        EXPECT_EQ(go(), first);
    }
}

TEST_P(SnapshotTest, a_later_one_is_of_a_later_moment) {
    {
        const Snapshot first(*machine);
    }
    run("random:1000", 3);
    Snapshot second(*machine);
    const u64 hash = machine->state_hash();
    run("random:1000", 4);
    second.restore();
    EXPECT_EQ(machine->state_hash(), hash);
}

INSTANTIATE_TEST_SUITE_P(Harts, SnapshotTest, testing::Values(1, 2, 8),
                         [](const auto& info) { return fmt::format("on_{}", info.param); });

}  // namespace
}  // namespace stampede::schedules
