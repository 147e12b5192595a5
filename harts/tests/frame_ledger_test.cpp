// The frame ledger on a hart: a kernel of a few instructions allocates, frees and touches frames;
// each misuse is told, and its legal twin is not.
#include "harts/observe/frame_ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harts/core/csr_numbers.h"
#include "harts/core/hart.h"
#include "harts/machine/machine.h"
#include "harts/memory/ram.h"
#include "harts/tests/programs/assembler.h"
#include "harts/tests/programs/elf_writer.h"
#include "kernel/abi/guest_calls.h"

namespace stampede {
namespace {

using namespace programs;
using Kind = FrameIncident::Kind;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr u64 root = 0x8020'0000, tables = 0x8030'0000, frames = 0x8040'0000;
constexpr u64 frame = frames + 2 * page_size;
constexpr u64 owner_user = 1, owner_page_table = 2;

class FrameLedgerTest : public testing::Test {
protected:
    FrameLedgerTest() {
        li(t6, ~u64{0});
        csr_write(csr::pmpaddr0);
        li(t6, 0x1f);
        csr_write(csr::pmpcfg0);
        // Memory as it is, for supervisor (entry 2) and user (entry 3, the same gigabyte again).
        store(root + 16,
              u64{0x8000'0000} >> 2 | Pte::v | Pte::r | Pte::w | Pte::x | Pte::a | Pte::d);
        store(root + 24,
              u64{0x8000'0000} >> 2 | Pte::v | Pte::r | Pte::w | Pte::x | Pte::a | Pte::d | Pte::u);
        li(t6, u64{8} << 60 | root >> 12);
        csr_write(csr::satp);
        to_supervisor();
    }

    void li(Register rd, u64 value) { a.load_immediate(rd, value); }
    void csr_write(u32 number) { a.emit(isa::Op::Csrrw, zero, number, t6); }
    void store(u64 address, u64 value) {
        li(t5, address);
        li(t6, value);
        a.emit(isa::Op::Sd, t6, t5, 0);
    }
    void load(u64 address) {
        li(t5, address);
        a.emit(isa::Op::Ld, t6, t5, 0);
    }
    void call(abi::GuestCall number, u64 argument) {
        li(t5, argument);
        a.emit(isa::Op::GuestCall, zero, t5, static_cast<i64>(number));
    }
    void allocate(u64 at = frame, u64 owner = owner_user) {
        li(t5, tables + (at - frames) / page_size);
        li(t6, owner);
        a.emit(isa::Op::Sb, t6, t5, 0);
        call(abi::GuestCall::frame_allocated, at);
    }
    void free(u64 at = frame) { call(abi::GuestCall::frame_freed, at); }
    void set_count(u64 count, u64 at = frame) {
        store(tables + 0x1000 + (at - frames) / page_size * 8, count);
    }
    // Code that may touch free frames, by the table.
    void policy(auto&& body) {
        policy_begin_ = a.bound_label();
        body();
        policy_end_ = a.bound_label();
    }
    void to_supervisor() {
        enter(csr::mstatus, csr::status_mpp, u64{1} << csr::status_mpp_shift, csr::mepc,
              isa::Op::Mret, 0);
    }
    // In U-mode memory begins a gigabyte higher.
    void to_user() {
        enter(csr::sstatus, csr::status_spp, 0, csr::sepc, isa::Op::Sret, 0x4000'0000);
    }

    Hart& hart(u32 n = 0) { return machine_->hart(HartId{n}); }

    // Makes the machine and the ledger; no hart has run.
    void start(unsigned harts = 1) {
        const Label end = a.bound_label();
        a.jump(zero, end);
        const auto code = a.finish();
        const auto elf = ElfImage::parse(elf_around(code, ram_base.value), "test");
        MachineConfig config;
        config.harts = harts;
        config.memory = u64{16} << 20;
        config.time = TimeMode::Counted;
        machine_ = std::move(*Machine::create(config, *elf));
        machine_->set_guest_calls(&sink_);
        ledger_ = std::make_unique<FrameLedger>(machine_->ram(), Drive::OneThread);
        machine_->set_frame_watch(ledger_.get());
        const auto view = AuditView::create(machine_->ram(), table());
        EXPECT_TRUE(view) << view.error();
        ledger_->know(*view);
    }
    // Runs it all; what the ledger says.
    std::vector<FrameIncident> run() {
        start();
        ledger_->first_process_runs();
        for (int n = 0; n < 2000; ++n) {
            machine_->run(HartId{0}, 1 + static_cast<u64>(n) % 7);
        }
        const HartState& own = hart().own;
        EXPECT_EQ(own.csr.mcause, 0u)
            << "trapped at " << std::hex << own.csr.mepc << ", value " << own.csr.mtval;
        return ledger_->incidents();
    }
    std::vector<Kind> kinds() {
        std::vector<Kind> all;
        for (const FrameIncident& incident : run()) {
            all.push_back(incident.kind);
        }
        return all;
    }

    Assembler a{ram_base.value};
    std::unique_ptr<Machine> machine_;
    std::unique_ptr<FrameLedger> ledger_;

private:
    void enter(u32 status, u64 clear, u64 set, u32 epc, isa::Op back, u64 offset) {
        const Label next = a.label();
        li(t6, clear);
        a.emit(isa::Op::Csrrc, zero, status, t6);
        li(t6, set);
        a.emit(isa::Op::Csrrs, zero, status, t6);
        a.load_address(t6, next);
        li(t5, offset);
        a.emit(isa::Op::Add, t6, t6, t5);
        csr_write(epc);
        a.emit(back);
        a.bind(next);
    }
    abi::AuditTable table() {
        abi::AuditTable table{};
        table.magic = abi::AuditTable::expected_magic;
        table.version = abi::AuditTable::current_version;
        table.marker_bit = 8;
        table.first_frame = frames;
        table.frame_count = 16;
        table.owners = tables;
        table.count_arrays = 1;
        table.counts[0] = {tables + 0x1000, 8, 0, 8};
        table.frontier_address = tables + 0x2000;
        table.process_base = tables + 0x3000;
        table.process_stride = 64;
        table.process_count = 2;
        table.pid_offset = 4;
        table.root_pte_offset = 8;
        table.user_end = u64{1} << 38;
        table.policy_text_begin = policy_begin_ ? a.address(*policy_begin_) : 8;
        table.policy_text_end = policy_end_ ? a.address(*policy_end_) : 16;
        machine_->ram().store_u64({tables + 0x2000}, frames + 16 * page_size);
        return table;
    }

    GuestCallSink sink_;
    std::optional<Label> policy_begin_, policy_end_;
};

TEST_F(FrameLedgerTest, a_frame_may_be_allocated_used_freed_and_had_again) {
    for (int round = 0; round < 3; ++round) {
        allocate();
        store(frame, 1);
        load(frame + 8);
        free();
    }
    EXPECT_THAT(kinds(), IsEmpty());
}

TEST_F(FrameLedgerTest, a_frame_that_was_never_named_may_be_used) {
    store(frame, 1);
    EXPECT_THAT(kinds(), IsEmpty());
}

TEST_F(FrameLedgerTest, a_kernels_access_to_a_free_frame_is_told_with_who_freed_it) {
    allocate();
    store(frame, 1);  // a translation that is there already must not hide it
    free();
    load(frame);
    const auto incidents = run();
    ASSERT_EQ(incidents.size(), 1u);
    EXPECT_EQ(incidents[0].kind, Kind::UseAfterFree);
    EXPECT_EQ(incidents[0].access, Access::Read);
    EXPECT_EQ(incidents[0].mode, Privilege::Supervisor);
    EXPECT_EQ(incidents[0].at.value, frame);
    EXPECT_FALSE(incidents[0].freed.chain.empty());
    EXPECT_FALSE(incidents[0].allocated.chain.empty());
    EXPECT_LT(incidents[0].allocated.chain[0], incidents[0].freed.chain[0]);
    EXPECT_LT(incidents[0].freed.chain[0], incidents[0].who.chain[0]);
}

TEST_F(FrameLedgerTest, the_policy_may_touch_free_frames_and_nobody_may_by_its_translation) {
    allocate();
    free();
    policy([&] {
        store(frame, 1);
        load(frame);
    });
    EXPECT_THAT(kinds(), IsEmpty());
}

TEST_F(FrameLedgerTest, what_the_policy_touched_is_seen_when_others_touch_it) {
    allocate();
    free();
    policy([&] { store(frame, 1); });
    store(frame + 8, 1);
    EXPECT_THAT(kinds(), ElementsAre(Kind::UseAfterFree));
}

TEST_F(FrameLedgerTest, a_users_access_to_a_free_frame_is_told) {
    allocate();
    free();
    to_user();
    store(frame + 0x4000'0000, 1);
    const auto incidents = run();
    ASSERT_EQ(incidents.size(), 1u);
    EXPECT_EQ(incidents[0].mode, Privilege::User);
    EXPECT_EQ(incidents[0].access, Access::Write);
}

TEST_F(FrameLedgerTest, a_walk_through_a_free_page_table_is_told_and_through_one_in_use_is_not) {
    const u64 page_table = frames + 5 * page_size;
    allocate(page_table, owner_page_table);
    store(root + 32, page_table >> 2 | Pte::v);
    store(page_table, u64{0x8000'0000} >> 2 | Pte::v | Pte::r | Pte::a);
    load(0x1'0000'0000);
    free(page_table);
    a.emit(isa::Op::SfenceVma, zero, zero);
    load(0x1'0000'0000);
    EXPECT_THAT(kinds(), ElementsAre(Kind::WalkThroughFree));
}

TEST_F(FrameLedgerTest, a_second_free_is_told) {
    allocate();
    free();
    free();
    EXPECT_THAT(kinds(), ElementsAre(Kind::DoubleFree));
}

TEST_F(FrameLedgerTest, a_frame_handed_out_twice_is_told) {
    allocate();
    allocate();
    EXPECT_THAT(kinds(), ElementsAre(Kind::AllocatedTwice));
}

TEST_F(FrameLedgerTest, a_kernels_store_into_a_users_frame_is_told_while_its_count_is_above_one) {
    allocate();
    set_count(2);
    load(frame);
    store(frame, 1);
    const auto incidents = run();
    ASSERT_EQ(incidents.size(), 1u);
    EXPECT_EQ(incidents[0].kind, Kind::SharedWrite);
    EXPECT_EQ(incidents[0].count, 2);
}

TEST_F(FrameLedgerTest, a_kernels_store_into_a_users_frame_of_its_own_is_not_told) {
    allocate();
    set_count(1);
    store(frame, 1);
    set_count(2);
    load(frame);
    EXPECT_THAT(kinds(), IsEmpty());
}

TEST_F(FrameLedgerTest, the_kernels_own_frames_may_have_any_count) {
    allocate(frame, owner_page_table);
    set_count(2);
    store(frame, 1);
    EXPECT_THAT(kinds(), IsEmpty());
}

TEST_F(FrameLedgerTest, a_users_own_stores_are_the_page_tables_business) {
    allocate();
    set_count(2);
    to_user();
    store(frame + 0x4000'0000, 1);
    EXPECT_THAT(kinds(), IsEmpty());
}

TEST_F(FrameLedgerTest, a_frame_of_the_kernels_handed_out_twice_is_told) {
    allocate(frame, owner_page_table);
    allocate(frame, owner_page_table);
    EXPECT_THAT(kinds(), ElementsAre(Kind::AllocatedTwice));
}

TEST_F(FrameLedgerTest, another_harts_translation_of_a_freed_frame_does_not_hide_its_use) {
    allocate();
    store(frame, 1);
    const Label between = a.bound_label();
    load(frame);
    start(2);
    for (unsigned n = 0; n < 500 && hart(1).own.pc != a.address(between); ++n) {
        machine_->run(HartId{1}, 1);
    }
    ASSERT_EQ(hart(1).own.pc, a.address(between));
    ledger_->on_freed(hart(0), PhysAddr{frame});
    machine_->run(HartId{1}, 100);
    const auto incidents = ledger_->incidents();
    ASSERT_EQ(incidents.size(), 1u);
    EXPECT_EQ(incidents[0].kind, Kind::UseAfterFree);
    EXPECT_EQ(incidents[0].who.hart, 1u);
    EXPECT_EQ(incidents[0].freed.hart, 0u);
}

// --- who it was ----------------------------------------------------------------------------------

constexpr u64 stack = 0x8050'0000;  // a frame pointer; the caller's is 0x100 above

TEST_F(FrameLedgerTest, chains_go_up_the_stack_to_its_end) {
    store(stack - 8, 0x8000'1000);
    store(stack - 16, stack + 0x100);
    store(stack + 0x100 - 8, 0x8000'2000);
    store(stack + 0x100 - 16, 0);
    store(stack, 0x8000'3000);
    li(s0, stack);
    free();
    li(s0, stack + 8);  // no frame pointer
    free();
    const auto incidents = run();
    ASSERT_EQ(incidents.size(), 1u);
    EXPECT_THAT(incidents[0].who.chain, testing::SizeIs(1));
    EXPECT_THAT(incidents[0].freed.chain, ElementsAre(testing::_, 0x8000'1000, 0x8000'2000));
}

TEST_F(FrameLedgerTest, chains_are_right_where_another_page_has_the_stacks_place_in_the_tlb) {
    constexpr u64 elsewhere = 0x1'4000'0000;  // memory once more, for the supervisor
    store(root + 40, u64{0x8000'0000} >> 2 | Pte::v | Pte::r | Pte::w | Pte::a | Pte::d);
    store(stack - 8, 0x8000'1000);
    store(stack - 16, 0);
    free();
    li(s0, stack);
    load(elsewhere + (stack - ram_base.value - 16) + (u64{2} << 20));
    free();
    const auto incidents = run();
    ASSERT_EQ(incidents.size(), 1u);
    EXPECT_THAT(incidents[0].who.chain, ElementsAre(testing::_, 0x8000'1000));
}

TEST_F(FrameLedgerTest, a_process_is_named_unless_its_root_page_table_has_been_allocated_since) {
    const u64 process = tables + 0x3000;
    store(process, u64{7} << 32 | 1);
    store(process + 8, root / page_size);
    free();
    free();
    call(abi::GuestCall::frame_allocated, root);
    free(frame + page_size);
    load(frame);
    const auto incidents = run();
    ASSERT_EQ(incidents.size(), 2u);
    EXPECT_EQ(incidents[0].who.pid, 7u);
    EXPECT_EQ(incidents[0].freed.pid, 7u);
    EXPECT_EQ(incidents[1].who.pid, 7u);
    EXPECT_EQ(incidents[1].freed.pid, std::nullopt);
}

TEST_F(FrameLedgerTest, incidents_are_one_by_kind_mode_and_stack) {
    run();
    const PhysAddr at{frame};
    Hart& guilty = hart();
    const auto twice = [&] {
        ledger_->on_freed(guilty, at);
        ledger_->on_freed(guilty, at);
        ledger_->on_freed(guilty, at);
    };
    twice();
    ASSERT_EQ(ledger_->incidents().size(), 1u);
    EXPECT_EQ(ledger_->incidents()[0].times, 2u);
    ledger_->on_allocated(guilty, at);
    ledger_->on_allocated(guilty, at);
    EXPECT_EQ(ledger_->incidents().size(), 2u) << "another kind";
    guilty.own.mode = Privilege::Machine;
    twice();
    EXPECT_EQ(ledger_->incidents().size(), 3u) << "another mode";
    guilty.own.mode = Privilege::Supervisor;
    guilty.own.pc += 4;
    guilty.own.x[s0] = stack;
    for (const u64 caller : {0x8000'1000, 0x8000'2000}) {
        machine_->ram().store_u64(PhysAddr{stack - 8}, caller);
        ledger_->on_freed(guilty, at);
    }
    EXPECT_EQ(ledger_->incidents().size(), 5u) << "two callers";
}

TEST_F(FrameLedgerTest, a_users_uses_are_one_by_who_freed_the_frame) {
    run();
    Hart& user = hart();
    ledger_->on_freed(user, PhysAddr{frame});
    user.own.mode = Privilege::User;
    for (unsigned n = 0; n < 3; ++n) {
        user.own.pc += 4;
        ledger_->on_access(user, PhysAddr{frame}, Access::Read, Privilege::User);
    }
    ASSERT_EQ(ledger_->incidents().size(), 1u);
    EXPECT_EQ(ledger_->incidents()[0].times, 3u);
}

TEST_F(FrameLedgerTest, a_user_program_is_not_the_policy_wherever_it_stands) {
    policy([&] { a.emit(isa::Op::Addi, zero, zero, 0); });
    const u64 inside = a.here() - 4;
    run();
    ledger_->on_freed(hart(), PhysAddr{frame});
    hart().own.pc = inside;
    ledger_->on_access(hart(), PhysAddr{frame}, Access::Read, Privilege::Supervisor);
    EXPECT_THAT(ledger_->incidents(), IsEmpty());
    ledger_->on_access(hart(), PhysAddr{frame}, Access::Read, Privilege::User);
    EXPECT_THAT(ledger_->incidents(), testing::SizeIs(1));
}

TEST_F(FrameLedgerTest, no_more_than_64_incidents_are_kept) {
    run();
    for (unsigned n = 0; n < 100; ++n) {
        hart().own.pc += 4;
        ledger_->on_freed(hart(), PhysAddr{frame});
    }
    EXPECT_EQ(ledger_->incidents().size(), 64u);
    EXPECT_EQ(ledger_->count(), 64u);
}

TEST_F(FrameLedgerTest, a_site_begins_where_the_policy_was_called) {
    policy([&] { a.emit(isa::Op::Addi, zero, zero, 0); });
    // `end` as a return address: a call at `begin`
    const u64 begin = a.here() - 4, end = a.here(), caller = a.here() + 100;
    run();
    EXPECT_THAT(ledger_->site({begin, end, caller, caller + 4}), ElementsAre(caller, caller + 4));
    EXPECT_THAT(ledger_->site({caller, caller + 4}), ElementsAre(caller, caller + 4));
}

// --- lost frames ---------------------------------------------------------------------------------

TEST_F(FrameLedgerTest, frames_that_nobody_has_are_told_by_where_they_were_allocated) {
    for (u64 n = 0; n < 3; ++n) {
        allocate(frames + n * page_size);
    }
    free(frames + page_size);
    run();
    const auto lost = ledger_->lost();
    ASSERT_EQ(lost.size(), 2u);  // a site each
    EXPECT_EQ(lost[0].frames + lost[1].frames, 2u);
    EXPECT_FALSE(lost[0].chain.empty());
}

TEST_F(FrameLedgerTest, sites_with_most_frames_come_first) {
    run();
    Hart& allocating = hart();
    for (u64 n = 0; n < 3; ++n) {
        ledger_->on_allocated(allocating, PhysAddr{frames + n * page_size});
        allocating.own.pc += n == 0 ? 4 : 0;
    }
    const auto lost = ledger_->lost();
    ASSERT_EQ(lost.size(), 2u);
    EXPECT_EQ(lost[0].frames, 2u);
    EXPECT_EQ(lost[0].first.value, frames + page_size);
    EXPECT_EQ(lost[1].frames, 1u);
}

TEST_F(FrameLedgerTest, sites_are_told_apart_by_their_callers) {
    run();
    hart().own.x[s0] = stack;
    for (u64 n = 0; n < 2; ++n) {
        machine_->ram().store_u64(PhysAddr{stack - 8}, 0x8000'1000 + 4 * n);
        ledger_->on_allocated(hart(), PhysAddr{frames + n * page_size});
    }
    EXPECT_THAT(ledger_->lost(), testing::SizeIs(2));
}

TEST_F(FrameLedgerTest, the_kernels_own_frames_are_lost_too) {
    allocate(frame, owner_page_table);
    run();
    EXPECT_THAT(ledger_->lost(), testing::SizeIs(1));
}

TEST_F(FrameLedgerTest, what_was_allocated_before_the_first_process_ran_is_not_lost) {
    start();
    ledger_->on_allocated(hart(), PhysAddr{frame});
    ledger_->first_process_runs();
    EXPECT_THAT(ledger_->lost(), IsEmpty());
    ledger_->on_allocated(hart(), PhysAddr{frame + page_size});
    EXPECT_THAT(ledger_->lost(), testing::SizeIs(1));
}

TEST_F(FrameLedgerTest, what_a_process_has_is_not_lost) {
    constexpr u64 of_process = frames + 8 * page_size;  // its page tables, root first
    const u64 process = tables + 0x3000;
    store(process, u64{7} << 32 | 1);
    store(process + 8, of_process / page_size);
    for (u64 n = 0; n < 3; ++n) {
        const u64 next = n == 2 ? frame >> 2 | Pte::v | Pte::r | Pte::u | Pte::a
                                : (of_process + (n + 1) * page_size) >> 2 | Pte::v;
        allocate(of_process + n * page_size, owner_page_table);
        store(of_process + n * page_size, next);
    }
    allocate();
    run();
    EXPECT_THAT(ledger_->lost(), IsEmpty());
}

TEST_F(FrameLedgerTest, what_was_given_back_is_not_lost) {
    allocate();
    free();
    run();
    EXPECT_THAT(ledger_->lost(), IsEmpty());
}

}  // namespace
}  // namespace stampede
