// A program in user mode accesses a page, the supervisor changes page tables under it and may
// fence, the program accesses it again: which of these uses are told, and that the guest notices
// nothing of it.
#include "harts/tests/guest.h"

#include "harts/access/stale_entries.h"
#include "harts/access/table_store.h"
#include "harts/observe/stale_translations.h"
#include "harts/tests/several_harts/stage.h"

namespace stampede {
namespace {

using isa::Op;
using namespace programs;

INSTRUCTION_TESTS(StaleTranslation);

constexpr u64 v = 1, r = 2, w = 4, x = 8, u = 16, a = 64, d = 128;
constexpr u64 sound = v | a | d | u;
constexpr u64 code = sound | r | x;
constexpr u64 root = Guest::tables;
constexpr u64 middle = Guest::tables + page_size;            // of addresses below 1 GiB
constexpr u64 leaves = Guest::tables + 2 * page_size;        // of addresses below 2 MiB
constexpr u64 other_leaves = Guest::tables + 3 * page_size;  // of addresses from `other_region` on
constexpr u64 asid = 5;
constexpr u64 superpage = 0x20'0000;  // virtual, of `data`
constexpr u64 other_region = 0x40'0000;

constexpr u64 entry(u64 physical, u64 flags) { return physical / page_size << 10 | flags; }

struct Fence {
    bool executed = false;
    u64 address = 0;  // 0: all
    u64 asid = 0;     // 0: all
};

struct Story {
    const char* name;
    u64 address;  // what is accessed
    u64 changed;  // the PTE that the supervisor stores to
    u64 value;
    Fence fence;
    Op second;  // the second access; Ecall: none
    u64 told;
    u64 flags = r | w;  // of the page at first
    u64 beside = 0;     // read at first, if not 0
};

struct PagedGuest : Guest {
    // A page, with `flags`, and the ways to it.
    void map(u64 flags) {
        store(root + 8 * 2, entry(ram_base.value, code));
        store(root, entry(middle, v));
        store(middle, entry(leaves, v));
        store(middle + 8, entry(ram_base.value, sound | r | w));
        store(middle + 16, entry(other_leaves, v));
        store(other_leaves, entry(data, sound | r));
        store(other_leaves + 8, entry(data, sound | r | w));
        for (const u64 leaf : {leaves, leaves + 8}) {
            store(leaf, entry(data, sound | flags));
        }
        store(data, 0x8082);  // c.jr ra
        csr_write(csr::satp, u64{8} << 60 | asid << 44 | root / page_size);
    }
    void trap_to(Label handler) {
        a.load_address(t0, handler);
        csr_write(csr::mtvec, t0);
    }
    void back() {  // behind the ecall
        emit(Op::Csrrs, t0, csr::mepc, zero);
        emit(Op::Addi, t0, t0, 4);
        csr_write(csr::mepc, t0);
        emit(Op::Mret);
    }
};

// Runs a story; gives what was told.
class Teller {
public:
    std::vector<StaleReport> run(const Story& story, u64 slice, bool watched = false) {
        guest.map(story.flags);
        const Label change = guest.a.label(), again = guest.a.label();
        guest.trap_to(change);
        guest.enter(Privilege::User);
        if (story.beside != 0) {
            guest.li(s0, story.beside);
            access(Op::Ld);
        }
        guest.li(s0, story.address);
        access(story.flags & w ? Op::Sd : story.second);
        if (story.flags & w) {
            access(Op::Ld);
        }
        guest.emit(Op::Ecall);
        guest.emit(Op::Ecall);
        access(story.second);
        guest.emit(Op::Ecall);
        guest.a.align(64);
        guest.a.bind(change);  // the first call: nothing; the second one: the change
        guest.trap_to(again);
        guest.back();
        guest.a.align(64);
        guest.a.bind(again);
        guest.a.load_address(t0, last_);
        guest.csr_write(csr::mtvec, t0);
        guest.li(t5, story.changed);
        guest.li(t6, story.value);
        store_pc = guest.a.here();
        guest.emit(Op::Sd, t6, t5, 0);
        fence(story.fence);
        guest.back();
        guest.a.align(64);
        guest.a.bind(last_);
        guest.prepare = [&](Machine& machine) {
            watch.emplace(machine.ram(), 1);
            if (watched) {
                watch->watch_tables();
            }
            machine.set_translation_watch(&*watch);
        };
        guest.run(slice);
        return watch ? watch->reports() : std::vector<StaleReport>();
    }

    PagedGuest guest;
    u64 store_pc = 0;  // of the supervisor's store to the PTE
    std::optional<StaleTranslations> watch;

private:
    void access(Op op) {
        if (op == Op::Sd) {
            guest.li(a0, 0x8082);
            guest.emit(op, a0, s0, 0);
        } else if (op == Op::Ld || op == Op::Jalr) {
            guest.emit(op, op == Op::Jalr ? ra : a0, s0, 0);
        }
    }
    void fence(const Fence& fence) {
        guest.li(a2, fence.address);
        guest.li(a3, fence.asid);
        if (fence.executed) {
            guest.emit(Op::SfenceVma, fence.address != 0 ? a2 : zero, fence.asid != 0 ? a3 : zero);
        }
    }
    const Label last_ = guest.a.label();
};

constexpr u64 page = 0x10;  // an address in the first page
constexpr Story stories[] = {
    {"write after W was cleared", page, leaves, entry(Guest::data, sound | r), {}, Op::Sd, 1},
    {"a fence of everything", page, leaves, entry(Guest::data, sound | r), {true}, Op::Sd, 0},
    {"a fence of this address",
     page,
     leaves,
     entry(Guest::data, sound | r),
     {true, page},
     Op::Sd,
     0},
    {"a fence of this address space",
     page,
     leaves,
     entry(Guest::data, sound | r),
     {true, 0, asid},
     Op::Sd,
     0},
    {"a fence of this address there",
     page,
     leaves,
     entry(Guest::data, sound | r),
     {true, page, asid},
     Op::Sd,
     0},
    {"a fence of another address",
     page,
     leaves,
     entry(Guest::data, sound | r),
     {true, 0x3000},
     Op::Sd,
     1},
    {"a fence of another address space",
     page,
     leaves,
     entry(Guest::data, sound | r),
     {true, 0, 6},
     Op::Sd,
     1},
    {"a read is still allowed", page, leaves, entry(Guest::data, sound | r), {}, Op::Ld, 0},
    {"no use at all", page, leaves, entry(Guest::data, sound | r), {}, Op::Ecall, 0},
    {"another frame", page, leaves, entry(Guest::data + page_size, sound | r | w), {}, Op::Ld, 1},
    {"unmapped", page, leaves, 0, {}, Op::Ld, 1},
    {"closed to user mode", page, leaves, entry(Guest::data, (sound & ~u) | r | w), {}, Op::Ld, 1},
    {"accessed and dirty cleared", page, leaves, entry(Guest::data, v | u | r | w), {}, Op::Sd, 0},
    {"more is allowed than before",
     page,
     leaves,
     entry(Guest::data, sound | r | w | x),
     {},
     Op::Sd,
     0},
    {"an empty pointer above", page, root, 0, {}, Op::Sd, 1},
    {"an empty pointer above, fenced", page, root, 0, {true}, Op::Sd, 0},
    {"another table above", page, middle, entry(root, v), {}, Op::Sd, 1},
    {"a table outside memory above", page, middle, entry(0x1000, v), {}, Op::Sd, 1},
    {"a superpage",
     superpage + Guest::data - ram_base.value,
     middle + 8,
     entry(ram_base.value, sound | r),
     {},
     Op::Sd,
     1},
    {"a superpage, fenced elsewhere in it",
     superpage + Guest::data - ram_base.value,
     middle + 8,
     entry(ram_base.value, sound | r),
     {true, superpage},
     Op::Sd,
     0},
    {"a superpage, still readable",
     superpage + Guest::data + page_size - ram_base.value,
     middle + 8,
     entry(ram_base.value, sound | r),
     {},
     Op::Ld,
     0},
    {"a superpage that is misaligned now",
     superpage + Guest::data + page_size - ram_base.value,
     middle + 8,
     entry(ram_base.value + page_size, sound | r | w),
     {},
     Op::Sd,
     1},
    {"behind a page of another table",
     page_size,
     leaves + 8,
     entry(Guest::data, sound | r),
     {},
     Op::Sd,
     1,
     r | w,
     other_region},
    {"code", page_size, leaves + 8, entry(Guest::data, sound | r), {}, Op::Jalr, 1, r | x},
    {"code, fenced",
     page_size,
     leaves + 8,
     entry(Guest::data, sound | r),
     {true},
     Op::Jalr,
     0,
     r | x},
};

TEST_P(StaleTranslation, a_use_is_told_unless_a_fence_covers_the_change) {
    for (const Story& story : stories) {
        Teller teller;
        EXPECT_EQ(teller.run(story, GetParam()).size(), story.told) << story.name;
    }
}

TEST_P(StaleTranslation, the_guest_goes_on_as_if_nobody_looked) {
    Teller teller;
    const auto told = teller.run(stories[0], GetParam());
    EXPECT_EQ(teller.guest.csrs().mcause, 8u) << "the last ecall: the store was not refused";
    EXPECT_EQ(teller.guest.memory(Guest::data + page), 0x8082u);
}

TEST_P(StaleTranslation, who_changed_it_is_told_where_page_tables_are_watched) {
    Teller teller;
    const auto told = teller.run(stories[0], GetParam(), true);
    ASSERT_EQ(told.size(), 1u);
    EXPECT_EQ(told[0].use.address, page);
    EXPECT_EQ(told[0].use.access, Access::Write);
    EXPECT_EQ(told[0].by.mode, Privilege::User);
    ASSERT_TRUE(told[0].change);
    EXPECT_EQ(told[0].change->at, PhysAddr{leaves});
    EXPECT_EQ(told[0].change->by.chain[0], teller.store_pc);
    EXPECT_EQ(told[0].change->by.mode, Privilege::Machine);
    EXPECT_EQ(told[0].change->before.bits, entry(Guest::data, sound | r | w));
    EXPECT_EQ(told[0].change->after.bits, entry(Guest::data, sound | r));
}

enum class Shootdown : u8 { Forgotten, Fenced, UnderWay };

// The first hart uses a page in user mode and waits in the supervisor while the second one takes W
// away; then it uses the page again.
std::vector<StaleReport> two_harts(Shootdown shootdown, u64 slice, u64& store_pc) {
    constexpr u64 changed = Guest::data + 2 * page_size;  // a flag
    PagedGuest guest;
    const Label second = guest.a.label(), look = guest.a.label(), wait = guest.a.label(),
                finish = guest.a.label();
    guest.harts = 2;
    guest.emit(Op::Csrrs, t0, csr::mhartid, zero);
    guest.a.branch(Op::Bne, t0, zero, second);
    guest.map(r | w);
    guest.trap_to(look);
    guest.enter(Privilege::User);
    guest.emit(Op::Sd, zero, zero, page);
    guest.emit(Op::Ecall);
    guest.emit(Op::Ecall);
    guest.emit(Op::Sd, zero, zero, page);
    guest.emit(Op::Ecall);
    guest.a.align(64);
    guest.a.bind(look);  // on the way back its page tables are found, and watched
    guest.trap_to(wait);
    guest.back();
    guest.a.align(64);
    guest.a.bind(wait);
    guest.trap_to(finish);
    guest.li(t1, changed);
    const Label again = guest.a.bound_label();
    guest.emit(Op::Ld, t0, t1, 0);
    guest.a.branch(Op::Beq, t0, zero, again);
    if (shootdown == Shootdown::Fenced) {
        guest.emit(Op::SfenceVma, zero, zero);
    }
    guest.back();
    guest.a.bind(second);
    guest.li(t5, leaves);
    guest.li(t6, entry(Guest::data, sound | r));
    store_pc = guest.a.here();
    guest.emit(Op::Sd, t6, t5, 0);
    guest.store(changed, 1);
    if (shootdown == Shootdown::UnderWay) {
        guest.a.jump(zero, guest.a.bound_label());
    }
    guest.emit(Op::Wfi);
    guest.a.align(64);
    guest.a.bind(finish);
    std::optional<StaleTranslations> watch;
    guest.prepare = [&](Machine& machine) {
        watch.emplace(machine.ram(), 2);
        watch->watch_tables();
        machine.set_translation_watch(&*watch);
        for (const u32 hart : {0, 1}) {
            (void)machine.run(HartId{hart}, 1000);  // the first waits for the second's flag
        }
    };
    guest.run(slice);
    return watch ? watch->reports() : std::vector<StaleReport>();
}

TEST_P(StaleTranslation,
       a_change_by_another_hart_is_told_unless_this_one_fenced_or_the_other_is_still_at_it) {
    u64 store_pc = 0;
    const auto told = two_harts(Shootdown::Forgotten, GetParam(), store_pc);
    ASSERT_EQ(told.size(), 1u);
    EXPECT_EQ(told[0].by.hart, 0u);
    EXPECT_EQ(told[0].use.address, page);
    ASSERT_TRUE(told[0].change);
    EXPECT_EQ(told[0].change->by.hart, 1u);
    EXPECT_EQ(told[0].change->by.chain[0], store_pc);
    EXPECT_TRUE(two_harts(Shootdown::Fenced, GetParam(), store_pc).empty());
    EXPECT_TRUE(two_harts(Shootdown::UnderWay, GetParam(), store_pc).empty());
}

TEST(TakesAway, what_only_gives_or_marks_takes_nothing_away) {
    const Pte readable{entry(Guest::data, v | u | r)};
    EXPECT_FALSE(takes_away({0}, readable));
    EXPECT_FALSE(takes_away(readable, {readable.bits | w | x}));
    EXPECT_FALSE(takes_away(readable, {readable.bits | a | d | u64{3} << 8}));
    EXPECT_TRUE(takes_away({readable.bits | w}, readable));
    EXPECT_TRUE(takes_away(readable, {0}));
    EXPECT_TRUE(takes_away(readable, {readable.bits & ~u}));
    EXPECT_TRUE(takes_away({readable.bits & ~u}, readable)) << "from the supervisor";
    EXPECT_TRUE(takes_away({readable.bits & ~(r | u)}, {readable.bits & ~u}))
        << "a table has become a page";
    EXPECT_TRUE(takes_away(readable, {entry(Guest::data + page_size, v | u | r)}));
}

// What counts as a use and whose change it was, asked as harts ask it; all harts are in the kernel
// at first.
class StaleUses : public testing::Test {
protected:
    void SetUp() override {
        const Label self = stage.code.bound_label();
        stage.code.jump(zero, self);
        stage.start(3);
        watch.emplace(stage.machine->ram(), 3);
        stage.machine->set_translation_watch(&*watch);
        for (const u32 n : {0u, 1u, 2u}) {  // each has been outside before
            hart(n).leave_kernel();
            hart(n).enter_kernel();
        }
    }
    [[nodiscard]] Hart& hart(u32 n) const { return stage.machine->hart(HartId{n}); }
    // Hart 0 writes through an entry whose PTE, a leaf's at `at`, is `now`.
    bool use(u64 now, u64 at = leaves) {
        StaleUse used{.address = page, .access = Access::Write, .page = {Guest::data}};
        used.path[used.depth++] = {PhysAddr{at}, {now}};
        return watch->on_use(hart(0), used);
    }
    void change(u32 by, u64 before, u64 after) {
        watch->on_table_store(hart(by), PhysAddr{leaves}, before, after);
    }

    static constexpr u64 writable = entry(Guest::data, sound | r | w),
                         readable = entry(Guest::data, sound | r);
    several_harts::Stage stage;
    std::optional<StaleTranslations> watch;
};

TEST_F(StaleUses, count_once_the_changing_hart_has_left_the_kernel) {
    watch->on_stale(hart(0));
    change(1, writable, readable);
    EXPECT_FALSE(use(readable));
    hart(0).leave_kernel();
    hart(2).leave_kernel();
    EXPECT_FALSE(use(readable));
    hart(1).leave_kernel();
    EXPECT_TRUE(use(readable));
    const auto reports = watch->reports();
    ASSERT_EQ(reports.size(), 1u);
    ASSERT_TRUE(reports[0].change);
    EXPECT_EQ(reports[0].change->by.hart, 1u);
    EXPECT_EQ(reports[0].by.hart, 0u);
}

TEST_F(StaleUses, count_once_every_hart_has_left_the_kernel_where_nobody_knows_who_changed_it) {
    watch->on_stale(hart(0));
    hart(0).leave_kernel();
    hart(1).leave_kernel();
    EXPECT_FALSE(use(readable));
    hart(2).leave_kernel();
    hart(2).enter_kernel();
    ASSERT_TRUE(use(readable));
    EXPECT_FALSE(watch->reports().front().change);
}

TEST_F(StaleUses, do_not_wait_for_harts_that_were_outside_the_kernel) {
    hart(1).leave_kernel();
    hart(2).leave_kernel();
    watch->on_stale(hart(0));
    EXPECT_FALSE(use(readable));
    hart(0).leave_kernel();
    EXPECT_TRUE(use(readable));
}

TEST_F(StaleUses, are_not_laid_at_the_door_of_a_store_that_took_nothing_away_or_was_overwritten) {
    change(1, writable, readable);
    change(2, readable, readable | u64{1} << 8);
    for (const u32 n : {0u, 1u, 2u}) {
        hart(n).leave_kernel();
    }
    ASSERT_TRUE(use(readable | u64{1} << 8));
    EXPECT_FALSE(watch->reports().front().change);
}

TEST_F(StaleUses, are_laid_at_the_door_of_the_store_although_a_walk_has_marked_the_pte_since) {
    change(1, writable, readable & ~(a | d));
    hart(1).leave_kernel();
    ASSERT_TRUE(use(readable));
    EXPECT_TRUE(watch->reports().front().change);
}

// Changes are kept by a hash of the PTE's address.
TEST_F(StaleUses, are_not_laid_at_the_door_of_a_store_to_another_pte) {
    change(1, writable, 0);
    for (const u32 n : {0u, 1u, 2u}) {
        hart(n).leave_kernel();
    }
    for (u64 n = 1; n < 40'000; ++n) {
        ASSERT_TRUE(use(0, leaves + 8 * n));
    }
    EXPECT_EQ(watch->count(), 1u);
    EXPECT_FALSE(watch->reports().front().change);
}

TEST_F(StaleUses, are_told_by_who_used_and_who_changed_and_only_64_of_them) {
    for (const u32 n : {0u, 1u, 2u}) {
        hart(n).leave_kernel();
    }
    EXPECT_TRUE(use(readable) && use(readable));
    ASSERT_EQ(watch->count(), 1u);
    EXPECT_EQ(watch->reports()[0].count, 2u);
    hart(1).own.pc += 4;
    hart(1).enter_kernel();
    change(1, writable, readable);
    hart(1).leave_kernel();
    EXPECT_TRUE(use(readable));
    EXPECT_EQ(watch->count(), 2u) << "another change";
    for (unsigned n = 0; n < 100; ++n) {
        hart(0).own.pc += 4;
        EXPECT_TRUE(use(readable));
    }
    EXPECT_EQ(watch->count(), 64u);
}

TEST_F(StaleUses, a_store_to_part_of_a_pte_is_a_change_of_it) {
    stage.store(leaves, writable);
    {
        const TableStore store(hart(1), PhysAddr{leaves + 4}, PageAttributes::page_table);
        stage.store(leaves, 0);
    }
    hart(1).leave_kernel();
    ASSERT_TRUE(use(0));
    ASSERT_TRUE(watch->reports().front().change);
    EXPECT_EQ(watch->reports().front().change->before.bits, writable);
}

// A user program on hart 0 writes to a page, counts down from t1 and writes three times more; the
// page tables change under it.
class StaleEntries : public StaleUses {
protected:
    void SetUp() override {
        Assembler& code = stage.code;
        code.emit(Op::Sd, t0, s0, 0);
        const Label loop = code.bound_label();
        code.emit(Op::Addi, t1, t1, -1);
        code.branch(Op::Bne, t1, zero, loop);
        for (unsigned n = 0; n < 3; ++n) {
            code.emit(Op::Sd, t0, s0, 0);
        }
        StaleUses::SetUp();
        stage.store(root + 8 * 2, entry(ram_base.value, sound | r | x));
        stage.store(root, entry(middle, v));
        stage.store(middle, entry(leaves, v));
        stage.store(leaves, writable);
        HartState& own = hart(0).own;
        own.pc = ram_base.value;
        own.x[s0] = page;
        own.x[t1] = 1;
        own.mode = Privilege::User;
        own.csr.satp = u64{8} << 60 | root / page_size;
        select_banks(hart(0));
        hart(0).leave_kernel();
        stage.run(0, 1);
    }
};

TEST_F(StaleEntries, are_found_out_within_20000_instructions_and_a_few) {
    for (const u32 n : {1u, 2u}) {
        hart(n).leave_kernel();
    }
    hart(0).own.x[t1] = 25'000;
    stage.store(leaves, readable);
    stage.run(0, 2 * 25'000 + 1);
    EXPECT_EQ(watch->count(), 1u);
}

TEST_F(StaleEntries, are_found_out_while_a_hart_goes_round_on_their_page) {
    for (const u32 n : {1u, 2u}) {
        hart(n).leave_kernel();
    }
    hart(0).own.x[t1] = 25'000;
    stage.store(root + 8 * 2, entry(ram_base.value, sound | r));
    stage.run(0, 2 * 25'000 - 10);
    const auto reports = watch->reports();
    ASSERT_EQ(reports.size(), 1u);
    EXPECT_EQ(reports[0].use.access, Access::Execute);
}

TEST_F(StaleEntries, are_asked_about_again_where_it_was_too_early_to_tell) {
    change(1, writable, readable);
    stage.store(leaves, readable);
    returned_to_user(hart(0));
    stage.run(0, 3);
    EXPECT_EQ(watch->count(), 0u);
    hart(1).leave_kernel();
    stage.run(0, 1);
    EXPECT_EQ(watch->count(), 1u);
    stage.run(0, 1);
    EXPECT_EQ(watch->count(), 1u) << "and not again where it was told";
}

TEST_F(StaleEntries, say_since_when_harts_have_to_leave_the_kernel) {
    stage.store(leaves, readable);
    returned_to_user(hart(0));
    stage.run(0, 3);
    EXPECT_EQ(watch->count(), 0u) << "harts 1 and 2 have not left it";
    EXPECT_TRUE(watch->watches_tables());
    hart(1).leave_kernel();
    hart(2).leave_kernel();
    stage.run(0, 1);
    EXPECT_EQ(watch->count(), 1u);
}

TEST_F(StaleEntries, make_page_tables_watched_until_2048_stores_that_no_look_came_between) {
    watch->watch_tables();
    const auto watched = [&] {
        return (stage.context().attributes.of(stage.machine->ram().page_index(PhysAddr{leaves})) &
                PageAttributes::page_table) != 0;
    };
    const auto store_to_it = [&](unsigned times) {
        for (unsigned n = 0; n < times; ++n) {
            const TableStore store(hart(1), PhysAddr{leaves + 64}, PageAttributes::page_table);
        }
    };
    for (unsigned round = 0; round < 3; ++round) {
        returned_to_user(hart(0));
        EXPECT_TRUE(watched());
        store_to_it(2'047);
        EXPECT_TRUE(watched());
    }
    store_to_it(1);
    EXPECT_FALSE(watched());
}

}  // namespace
}  // namespace stampede
