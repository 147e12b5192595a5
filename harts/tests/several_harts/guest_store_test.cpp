// Stores to the guest's memory by somebody who is no hart: a device, a debugger
// (access/guest_store.h).
#include "harts/access/guest_store.h"

#include <gmock/gmock.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstring>
#include <functional>
#include <thread>

#include "harts/machine/snapshot.h"
#include "harts/tests/several_harts/stage.h"

namespace stampede::several_harts {
namespace {

constexpr u64 word = 0x8010'0100;  // at the beginning of a 64-byte line
constexpr AddressRange register_range{{0x1001'0000}, 0x1000};

std::array<u8, 8> bytes_of(u64 value) {
    std::array<u8, 8> bytes{};
    std::memcpy(bytes.data(), &value, bytes.size());
    return bytes;
}

u32 addi(Register rd, i64 immediate) {
    Assembler code(0);
    code.emit(Op::Addi, rd, zero, immediate);
    const std::vector<u8> bytes = code.finish();
    u32 instruction = 0;
    std::memcpy(&instruction, bytes.data(), sizeof instruction);
    return instruction;
}

// Does what the test wants whenever a hart stores to it.
class StoringDevice final : public Device {
public:
    explicit StoringDevice(std::function<void(HartId, u64)> store) : store_(std::move(store)) {}
    std::string_view name() const override { return "storing"; }
    std::optional<u64> load(HartId, u64, unsigned) override { return 0; }
    bool store(HartId from, u64, unsigned, u64 value) override {
        store_(from, value);
        return true;
    }
    void save(StateWriter&) const override {}
    void restore(StateReader&) override {}
    DeviceNode describe() const override { return {}; }

private:
    const std::function<void(HartId, u64)> store_;
};

class Listener final : public ObserverOf<Listener> {
public:
    void on_outside_store(PhysAddr at, std::span<const u8> bytes) override {
        heard.emplace_back(at.value, std::vector<u8>(bytes.begin(), bytes.end()));
    }
    std::vector<std::pair<u64, std::vector<u8>>> heard;
};

class GuestStoreTest : public testing::Test {
protected:
    void store(u64 at, u64 value) const {
        const auto stored = guest_store(stage.context(), {at}, bytes_of(value));
        ASSERT_TRUE(stored.has_value()) << stored.error().message;
    }
    void store_instruction(u64 at, u32 instruction, Hart* during = nullptr) const {
        std::array<u8, 4> bytes{};
        std::memcpy(bytes.data(), &instruction, bytes.size());
        ASSERT_TRUE(guest_store(stage.context(), {at}, bytes, during).has_value());
    }

    Stage stage;
};

TEST_F(GuestStoreTest, takes_a_reservation_away) {
    const Label reserve = stage.code.bound_label();
    stage.code.emit(Op::LrD, t0, a0);
    const Label conditional = stage.code.bound_label();
    stage.code.emit(Op::ScD, t1, a1, a0);
    stage.start(1);
    for (const auto& [where, failed] :
         {std::pair(word, 1u), {word + 56, 1u}, {word + 64, 0u}, {word - 8, 0u}}) {
        stage.hart(0).x[a0] = word;
        stage.put(0, reserve);
        stage.run(0, 1);
        store(where, 5);
        stage.put(0, conditional);
        stage.run(0, 1);
        EXPECT_EQ(stage.hart(0).x[t1], failed) << std::hex << where;
    }
}

TEST_F(GuestStoreTest, code_that_was_decoded_is_forgotten_by_every_hart) {
    const Label begin = stage.code.bound_label();
    stage.code.emit(Op::Addi, a0, zero, 1);
    stage.code.raw_word(0x0000'006f);  // j .
    stage.start(2);
    for (const i64 wanted : {1, 2, 3}) {
        for (const u32 n : {0u, 1u}) {
            stage.put(n, begin);
            stage.run(n, 2);
            EXPECT_EQ(stage.hart(n).x[a0], static_cast<u64>(wanted));
        }
        store_instruction(stage.code.address(begin), addi(a0, wanted + 1));
    }
}

TEST_F(GuestStoreTest,
       a_hart_whose_device_access_rewrites_the_next_instruction_executes_the_new_one) {
    const Label begin = stage.code.bound_label();
    stage.code.emit(Op::Sd, a1, a2, 0);
    const Label next = stage.code.bound_label();
    stage.code.emit(Op::Addi, a0, zero, 1);
    stage.start(1);
    StoringDevice device([&](HartId from, u64 value) {
        store_instruction(stage.code.address(next), addi(a0, static_cast<i64>(value)),
                          stage.context().harts[from.value]);
    });
    stage.context().bus.map(register_range, device);
    stage.hart(0).x[a2] = register_range.base.value;
    for (const u64 value : {7u, 8u, 9u}) {
        stage.hart(0).x[a1] = value;
        stage.put(0, begin);
        stage.run(0, 2);
        EXPECT_EQ(stage.hart(0).x[a0], value);
    }
}

TEST_F(GuestStoreTest, is_taken_back_by_a_snapshot) {
    const Label begin = stage.code.bound_label();
    stage.code.emit(Op::Addi, a0, zero, 1);
    stage.code.raw_word(0x0000'006f);
    stage.start(1);
    stage.put(0, begin);
    stage.run(0, 1);
    stage.store(word, 5);
    Snapshot snapshot(*stage.machine);
    const u64 hash = stage.machine->state_hash();
    store(word, 6);
    store_instruction(stage.code.address(begin), addi(a0, 2));
    EXPECT_EQ(snapshot.dirty_pages().size(), 2u);
    EXPECT_NE(stage.machine->state_hash(), hash);
    snapshot.restore();
    EXPECT_EQ(stage.load(word), 5u);
    EXPECT_EQ(stage.machine->state_hash(), hash);
    stage.put(0, begin);
    stage.run(0, 1);
    EXPECT_EQ(stage.hart(0).x[a0], 1u);
}

TEST_F(GuestStoreTest, shows_in_the_state_hash) {
    stage.code.raw_word(0x0000'006f);
    stage.start(1);
    const u64 hash = stage.machine->state_hash();
    store(word, 6);
    EXPECT_NE(stage.machine->state_hash(), hash);
    store(word, 0);
    EXPECT_EQ(stage.machine->state_hash(), hash);
}

TEST_F(GuestStoreTest, the_observer_hears_what_is_stored_where) {
    stage.code.raw_word(0x0000'006f);
    stage.start(1);
    Listener listener;
    stage.machine->set_observers({&listener});
    const std::array<u8, 3> bytes{1, 2, 3};
    ASSERT_TRUE(guest_store(stage.context(), {word + 7}, bytes).has_value());
    ASSERT_FALSE(guest_store(stage.context(), {ram_base.value - 1}, bytes).has_value());
    EXPECT_THAT(listener.heard,
                testing::ElementsAre(testing::Pair(word + 7, testing::ElementsAre(1, 2, 3))));
    stage.machine->set_observers({});
}

TEST_F(GuestStoreTest, any_number_of_bytes_anywhere_in_ram_and_no_other) {
    stage.code.raw_word(0x0000'006f);
    stage.start(1);
    const u64 end = ram_base.value + stage.machine->ram().size();
    std::vector<u8> bytes(3 * page_size);
    for (std::size_t n = 0; n < bytes.size(); ++n) {
        bytes[n] = static_cast<u8>(n * 7 + n / 256 + 1);
    }
    for (const auto& [at, size] : {std::pair<u64, u64>(word + 1, 0),
                                   {word + 1, 1},
                                   {word + 3, 30},
                                   {word - 5, 2 * page_size + 11},
                                   {end - 9, 9}}) {
        stage.machine->ram().copy_in({word - page_size}, std::vector<u8>(5 * page_size));
        ASSERT_TRUE(guest_store(stage.context(), {at}, std::span(bytes).first(size)).has_value());
        std::vector<u8> there(size);
        stage.machine->ram().copy_out({at}, there);
        EXPECT_THAT(there, testing::ElementsAreArray(std::span(bytes).first(size)));
        std::array<u8, 1> before{};
        stage.machine->ram().copy_out({at - 1}, before);
        EXPECT_EQ(before[0], 0);
        if (at + size < end) {
            stage.machine->ram().copy_out({at + size}, before);
            EXPECT_EQ(before[0], 0);
        }
    }
}

TEST_F(GuestStoreTest, outside_of_ram_is_an_error_and_stores_nothing) {
    stage.code.raw_word(0x0000'006f);
    stage.start(1);
    const u64 end = ram_base.value + stage.machine->ram().size();
    const u64 hash = stage.machine->state_hash();
    for (const u64 at : {end - 7, end, end + page_size, ram_base.value - 4, u64{0}, ~u64{0} - 3}) {
        const auto stored = guest_store(stage.context(), {at}, bytes_of(~u64{0}));
        ASSERT_FALSE(stored.has_value()) << std::hex << at;
        EXPECT_THAT(stored.error().message, testing::HasSubstr("a store of 8 bytes at 0x"));
        EXPECT_THAT(stored.error().message,
                    testing::HasSubstr("0x80000000 to 0x80400000, is expected"));
    }
    EXPECT_EQ(stage.machine->state_hash(), hash);
}

// Harts count by load-reserved and store-conditional, and call a function that is rewritten all the
// while, by a thread of nobody's and by devices within their own accesses. Each of these makes
// everybody wait for everybody.
TEST_F(GuestStoreTest, in_parallel_nothing_is_lost_and_nobody_waits_for_ever) {
    constexpr unsigned harts = 4;
    constexpr u64 rounds = 3'000;
    Assembler& code = stage.code;
    const Label function = code.label(), again = code.label(), retry = code.label();
    code.load_immediate(a0, word);
    code.load_immediate(a2, register_range.base.value);
    code.load_immediate(s0, rounds);
    code.bind(again);
    code.bind(retry);
    code.emit(Op::LrD, t0, a0);
    code.emit(Op::Addi, t0, t0, 1);
    code.emit(Op::ScD, t1, t0, a0);
    code.branch(Op::Bne, t1, zero, retry);
    code.emit(Op::Sd, s0, a2, 0);
    code.jump(ra, function);
    code.emit(Op::Addi, s0, s0, -1);
    code.branch(Op::Bne, s0, zero, again);
    code.emit(Op::Csrrwi, zero, 0x304, 0);  // mie
    const Label asleep = code.bound_label();
    code.emit(Op::Wfi);
    code.jump(zero, asleep);
    code.align(page_size);
    code.bind(function);
    code.emit(Op::Addi, a0, a0, 0);
    code.emit(Op::Jalr, zero, ra, 0);
    stage.start({.harts = harts,
                 .memory = u64{4} << 20,
                 .time = TimeMode::Warp,
                 .bootargs = {},
                 .permits = harts});
    const u64 rewritten = stage.code.address(function);
    const auto rewrite = [&](Hart* during) { store_instruction(rewritten, addi(t2, 1), during); };
    StoringDevice device([&](HartId from, u64 value) {
        if (value % 2 == 0) {
            rewrite(stage.context().harts[from.value]);
        } else if (value % 16 == 1) {
            ASSERT_TRUE(guest_store(stage.context(), {word + 8 + 8 * from.value}, bytes_of(value),
                                    stage.context().harts[from.value])
                            .has_value());
        }
    });
    stage.context().bus.map(register_range, device);
    std::atomic<bool> ended{false};
    std::thread outside([&] {
        for (u64 n = 0; !ended.load(); ++n) {
            n % 2 == 0 ? rewrite(nullptr) : store(word + 56, n);
            std::this_thread::sleep_for(std::chrono::microseconds(50));
        }
    });
    EXPECT_EQ(stage.machine->run_parallel(std::chrono::minutes(5), WhenIdle::Stop),
              MachineStop::Idle);
    ended.store(true);
    outside.join();
    EXPECT_EQ(stage.load(word), harts * rounds);
    for (u32 n = 0; n < harts; ++n) {
        EXPECT_EQ(stage.hart(n).x[t2], 1u);
        EXPECT_EQ(stage.load(word + 8 + 8 * n), 1u);
    }
}

}  // namespace
}  // namespace stampede::several_harts
