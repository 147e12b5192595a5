#include "harts/oracles/findings/suppressions.h"

#include <gtest/gtest.h>

namespace stampede {
namespace {

Finding race(std::string first, std::string second, u64 count = 1) {
    Finding finding;
    finding.kind = FindingKind::race;
    finding.title = first + " " + second;
    finding.count = count;
    for (std::string* function : {&first, &second}) {
        FindingStack stack;
        stack.frames.push_back({*function, "a.c", 1, 0x1000});
        stack.frames.push_back({"caller", "a.c", 2, 0x2000});
        finding.stacks.push_back(stack);
    }
    return finding;
}

Suppressions rules(std::string_view text) {
    auto parsed = Suppressions::parse(text, "rules");
    EXPECT_TRUE(parsed.has_value()) << parsed.error().message;
    return std::move(*parsed);
}

TEST(Suppressions, a_rule_holds_back_either_side_and_counts) {
    std::map<std::string, u64> suppressed;
    const auto left = rules("# xv6\nrace:holding | by design\n")
                          .apply({race("holding", "acquire", 3), race("kfree", "holding"),
                                  race("kfree", "kalloc")},
                                 suppressed);
    ASSERT_EQ(left.size(), 1u);
    EXPECT_EQ(left.front().title, "kfree kalloc");
    EXPECT_EQ(suppressed, (std::map<std::string, u64>{{"race:holding", 4}}));
}

TEST(Suppressions, the_last_part_of_a_name_is_enough_but_not_a_piece_of_it) {
    std::map<std::string, u64> suppressed;
    const auto left =
        rules("race:holding | r")
            .apply({race("kernel::holding", "x"), race("not_holding", "x")}, suppressed);
    ASSERT_EQ(left.size(), 1u);
    EXPECT_EQ(left.front().title, "not_holding x");
}

TEST(Suppressions, two_functions_are_both_sides_and_a_member_is_what_both_access) {
    std::map<std::string, u64> suppressed;
    const auto on = [](std::string first, std::string second, const std::string& address) {
        Finding finding = race(std::move(first), std::move(second));
        for (FindingStack& stack : finding.stacks) {
            stack.address = address;
        }
        return finding;
    };
    const Suppressions both = rules("race:holding, release on cpu | r\nrace:a on lock.cpu | r");
    const auto left =
        both.apply({on("release", "kernel::holding", "proc[3].lock.cpu+0x4"),
                    on("holding", "holding", "l.cpu"), on("holding", "release", "l.locked"),
                    on("holding", "release", "lcpu"), on("a", "b", "proc[3].lock.cpu"),
                    on("a", "b", "proc[3].cpu")},
                   suppressed);
    ASSERT_EQ(left.size(), 4u);
    EXPECT_EQ(left.front().title, "holding holding");
    EXPECT_EQ(left.back().stacks.front().address, "proc[3].cpu");
    EXPECT_EQ(suppressed, (std::map<std::string, u64>{{"race:holding,release on cpu", 1},
                                                      {"race:a on lock.cpu", 1}}));
}

TEST(Suppressions, callers_and_other_kinds_are_left_alone) {
    std::map<std::string, u64> suppressed;
    Finding order = race("holding", "x");
    order.kind = FindingKind::lock_order;
    EXPECT_EQ(rules("race:caller | r\nrace:holding | r")
                  .apply({race("a", "b"), order}, suppressed)
                  .size(),
              2u);
    EXPECT_TRUE(suppressed.empty());
}

// A cycle of locks; each is taken in its function, which calls `acquire`.
Finding cycle(const std::vector<std::pair<std::string, std::string>>& locks) {
    Finding finding;
    finding.kind = FindingKind::lock_order;
    for (const auto& [lock, function] : locks) {
        FindingStack stack;
        stack.address = lock;
        stack.frames = {{"acquire", "a.c", 1, 0x1000}, {function, "a.c", 2, 0x2000}};
        finding.stacks.push_back(stack);
    }
    return finding;
}

TEST(Suppressions, a_rule_for_a_lock_order_names_all_its_locks_and_who_takes_the_first) {
    const Suppressions one = rules("lock_order:iput on inode[].lock, proc[].lock, itable.lock | r");
    const auto left_of = [&](const Finding& finding) {
        std::map<std::string, u64> suppressed;
        const std::size_t left = one.apply({finding}, suppressed).size();
        EXPECT_EQ(suppressed.contains("lock_order:iput on inode[].lock, proc[].lock, itable.lock"),
                  left == 0);
        return left;
    };
    EXPECT_EQ(left_of(cycle({{"itable.lock.locked", "idup"},
                             {"inode[7].lock.lk.locked", "fs::iput"},
                             {"proc[3].lock.locked", "wakeup"}})),
              0u);
    EXPECT_EQ(left_of(cycle({{"itable.lock", "idup"},
                             {"inode[7].lock", "iput"},
                             {"proc[3].lock", "wakeup"},
                             {"proc[4].lock", "wakeup"}})),
              0u);
    EXPECT_EQ(
        left_of(cycle(
            {{"itable.lock", "iput"}, {"inode[7].lock", "idup"}, {"proc[3].lock", "wakeup"}})),
        1u);
    EXPECT_EQ(left_of(cycle({{"itable.lock", "idup"}, {"inode[7].lock", "iput"}})), 1u);
    EXPECT_EQ(left_of(cycle({{"itable.lock", "idup"},
                             {"inode[7].lock", "iput"},
                             {"proc[3].lock", "wakeup"},
                             {"tickslock", "wakeup"}})),
              1u);
    EXPECT_EQ(
        left_of(cycle(
            {{"itable.locks", "idup"}, {"inode[7].lock", "iput"}, {"proc[3].lock", "wakeup"}})),
        1u);
    Finding race_there =
        cycle({{"itable.lock", "idup"}, {"inode[7].lock", "iput"}, {"proc[3].lock", "wakeup"}});
    race_there.kind = FindingKind::race;
    EXPECT_EQ(left_of(race_there), 1u);
}

TEST(Suppressions, what_is_wrong_is_named_with_its_line) {
    const auto message = [](std::string_view text) {
        return Suppressions::parse(text, "rules").error().message;
    };
    EXPECT_EQ(message("race:a | r\nrace:holding"),
              "rules:2: holding is suppressed without a reason; expected: | REASON");
    EXPECT_EQ(message("panic:a | r"),
              "rules:1: found the kind 'panic'; only race and lock_order can be suppressed");
    EXPECT_EQ(message("race: | r"), "rules:1: no function is named");
    EXPECT_EQ(message("holding | r"),
              "rules:1: found 'holding | r'; expected race:FUNCTION | REASON or "
              "lock_order:FUNCTION | REASON");
    for (const char* rule : {"lock_order:a on b", "lock_order:a on b,", "lock_order:a,c on b, d"}) {
        EXPECT_EQ(message(std::string(rule) + " | r"),
                  "rules:1: found '" + std::string(rule) +
                      " | r'; expected lock_order:FUNCTION on LOCK, LOCK | REASON");
    }
    EXPECT_NE(Suppressions::read("/nowhere/at/all").error().message.find("/nowhere/at/all"),
              std::string::npos);
}

}  // namespace
}  // namespace stampede
