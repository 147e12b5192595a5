// copy_out, copy_in and copy_in_string: the kernel's own accesses to user memory, with addresses
// that a user chose.
#include <gmock/gmock.h>

#include <cstring>
#include <string>

#include "kernel/tests/memory_test.h"

namespace kernel::test {
namespace {

constexpr VirtAddr page{0x1000}, text{0x10'0000};
constexpr std::uint64_t data_end = 3 * page_size;

std::span<const std::byte> bytes_in(const std::string& value) {
    return std::as_bytes(std::span(value));
}

class Copy : public MemoryTest {
protected:
    // Three pages of data from 0 on, a hole behind them, one page of text, and the last page of the
    // user half.
    AddressSpace& new_program() {
        AddressSpace& space = new_space_with(3);
        EXPECT_EQ(outcome(space.map_zeroed(text, text + page_size, read_execute)), "ok");
        EXPECT_EQ(outcome(space.map_zeroed({user_end - page_size}, {user_end}, read_write)), "ok");
        return space;
    }
    static std::string copy_out(AddressSpace& space, VirtAddr to, const std::string& value) {
        return outcome(space.copy_out(to, bytes_in(value)));
    }
    static std::string copy_in(AddressSpace& space, VirtAddr from, std::size_t bytes) {
        std::string value(bytes, '?');
        Result<void> done = space.copy_in(std::as_writable_bytes(std::span(value)), from);
        return done ? value : outcome(done);
    }
    static std::string copy_in_string(AddressSpace& space, VirtAddr from, std::size_t limit) {
        std::string value(limit, '?');
        Result<std::size_t> length = space.copy_in_string(value, from);
        return length ? value.substr(0, *length) : outcome(length);
    }
};

class CowCopy : public CopyOnWrite {
protected:
    void SetUp() override {
        CopyOnWrite::SetUp();
        parent = &new_space_with(3);
        EXPECT_EQ(outcome(parent->copy_out(page, bytes_in(std::string(page_size, 'p')))), "ok");
        child = &fork(*parent);
    }
    AddressSpace* parent;
    AddressSpace* child;
};

TEST_F(Copy, copy_out_writes_what_copy_in_and_the_program_read) {
    AddressSpace& program = new_program();
    EXPECT_EQ(copy_out(program, page + 5, "hello"), "ok");
    EXPECT_EQ(copy_in(program, page + 5, 5), "hello");
    EXPECT_EQ(load(program, page + 9), 'o');
    EXPECT_EQ(load(program, page + 4), 0);
    EXPECT_EQ(load(program, page + 10), 0);
}

TEST_F(Copy, copies_go_across_page_ends) {
    AddressSpace& program = new_program();
    const std::string value =
        std::string(10, 'a') + std::string(page_size, 'b') + std::string(10, 'c');
    EXPECT_EQ(copy_out(program, page - 10, value), "ok");
    EXPECT_EQ(copy_in(program, page - 10, value.size()), value);
    EXPECT_EQ(load(program, page - 11), 0);
    EXPECT_EQ(load(program, page - 1), 'a');
    EXPECT_EQ(load(program, page + 0xfff), 'b');
    EXPECT_EQ(load(program, page + page_size + 9), 'c');
    EXPECT_EQ(load(program, page + page_size + 10), 0);
}

TEST_F(Copy, copy_out_past_max_va_fails) {
    AddressSpace& program = new_program();
    const std::uint64_t in_use = policy::frames_in_use();
    for (std::uint64_t outside :
         {user_end, user_end + 8, user_end * 2 + page.value, 0xffff'ffc0'0000'0000,
          0x8000'0000'0000'0000, ~std::uint64_t{0}, ~std::uint64_t{0} - 4095}) {
        EXPECT_EQ(copy_out(program, {outside}, "x"), "bad_address") << outside;
        EXPECT_EQ(copy_in(program, {outside}, 1), "bad_address") << outside;
        EXPECT_EQ(copy_in_string(program, {outside}, 8), "bad_address") << outside;
    }
    EXPECT_EQ(copy_out(program, {user_end - 4}, "12345678"), "bad_address");
    EXPECT_EQ(copy_in(program, {user_end - 4}, 8), "bad_address");
    EXPECT_EQ(copy_out(program, {user_end - 4}, "1234"), "ok");
    // would wrap to 0
    EXPECT_EQ(copy_out(program, {~std::uint64_t{0} - 3}, "12345678"), "bad_address");
    EXPECT_EQ(load(program, {0}), 0);
    EXPECT_EQ(policy::frames_in_use(), in_use);
}

TEST_F(Copy, copy_out_into_a_hole_fails_and_maps_nothing) {
    AddressSpace& program = new_program();
    const std::uint64_t in_use = policy::frames_in_use();
    for (VirtAddr hole :
         {VirtAddr{data_end}, VirtAddr{0x20'0000}, VirtAddr{0x4000'0000}, text + page_size}) {
        EXPECT_EQ(copy_out(program, hole, "x"), "bad_address");
        EXPECT_EQ(copy_in(program, hole, 1), "bad_address");
        EXPECT_EQ(copy_in_string(program, hole, 8), "bad_address");
        EXPECT_EQ(bits(program, hole), 0u);
    }
    EXPECT_EQ(copy_out(program, {data_end - 2}, "xyz"), "bad_address");
    EXPECT_EQ(policy::frames_in_use(), in_use);
}

TEST_F(Copy, copy_out_into_a_read_only_page_fails_and_leaves_everybodys_bytes) {
    AddressSpace& program = new_program();
    EXPECT_EQ(copy_out(program, text, "x"), "bad_address");
    AddressSpace& child = fork(program);
    for (AddressSpace* space : {&program, &child}) {
        EXPECT_EQ(copy_out(*space, text + 7, "x"), "bad_address");
        // not even from a hole before it
        EXPECT_EQ(copy_out(*space, text - 1, "xy"), "bad_address");
    }
    EXPECT_EQ(copy_in(program, text, 16), std::string(16, '\0'));
    EXPECT_EQ(copy_in(child, text, 16), std::string(16, '\0'));
}

TEST_F(Copy, nothing_is_copied_where_nothing_is_asked_for) {
    AddressSpace& program = new_program();
    EXPECT_EQ(copy_out(program, page, ""), "ok");
    EXPECT_EQ(copy_in(program, page, 0), "");
    EXPECT_EQ(copy_in_string(program, page, 0), "too_long");  // not even the NUL fits
}

TEST_F(Copy, a_page_that_may_only_be_executed_is_not_read) {
    AddressSpace& program = new_program();
    EXPECT_EQ(outcome(program.map_zeroed({0x30'0000}, {0x30'1000}, Pte::execute)), "ok");
    EXPECT_EQ(copy_in(program, {0x30'0000}, 1), "bad_address");
    EXPECT_EQ(copy_in_string(program, {0x30'0000}, 8), "bad_address");
}

TEST_F(Copy, a_string_ends_at_its_nul) {
    AddressSpace& program = new_program();
    EXPECT_EQ(copy_out(program, page, std::string("name\0rest", 9)), "ok");
    EXPECT_EQ(copy_in_string(program, page, 100), "name");
    EXPECT_EQ(copy_in_string(program, page, 5), "name");  // the NUL fits just so
    EXPECT_EQ(copy_in_string(program, page, 4), "too_long");
    EXPECT_EQ(copy_in_string(program, page + 4, 10), "");
}

TEST_F(Copy, a_string_may_straddle_pages_and_end_with_the_last_byte_there_is) {
    AddressSpace& program = new_program();
    EXPECT_EQ(copy_out(program, page - 3, "straddling"), "ok");
    EXPECT_EQ(copy_in_string(program, page - 3, 100), "straddling");
    EXPECT_EQ(copy_out(program, {data_end - 5}, std::string("last\0", 5)), "ok");
    EXPECT_EQ(copy_in_string(program, {data_end - 5}, 100), "last");
    EXPECT_EQ(copy_out(program, {data_end - 1}, "x"), "ok");
    EXPECT_EQ(copy_in_string(program, {data_end - 5}, 100), "bad_address");  // runs into the hole
    EXPECT_EQ(copy_out(program, {user_end - 3}, "end"), "ok");
    // runs out of the user half
    EXPECT_EQ(copy_in_string(program, {user_end - 3}, 100), "bad_address");
}

TEST_F(CowCopy, copy_out_into_a_shared_page_leaves_the_other_process_alone) {
    EXPECT_EQ(outcome(child->copy_out(page + 100, bytes_in("child"))), "ok");
    EXPECT_EQ(load(*parent, page + 100), 'p');
    EXPECT_EQ(load(*child, page + 100), 'c');
    EXPECT_EQ(load(*child, page + 99), 'p');
    EXPECT_EQ(load(*child, page + 105), 'p');
    EXPECT_EQ(outcome(parent->copy_out(page + 200, bytes_in("parent"))), "ok");
    EXPECT_EQ(load(*child, page + 201), 'p');
    EXPECT_EQ(load(*parent, page + 201), 'a');
    EXPECT_EQ(bits(*child, page) & 0x3ff, 0xd7u);
}

TEST_F(CowCopy, copy_out_across_shared_pages_makes_each_unique) {
    EXPECT_EQ(outcome(child->copy_out(page - 4, bytes_in("12345678"))), "ok");
    for (VirtAddr at : {VirtAddr{0}, page}) {
        EXPECT_NE(&frame_of(*child, at), &frame_of(*parent, at));
    }
    EXPECT_EQ(&frame_of(*child, {0x2000}), &frame_of(*parent, {0x2000}));
    EXPECT_EQ(load(*parent, page - 1), 0);
    EXPECT_EQ(load(*parent, page), 'p');
}

TEST_F(CowCopy, copy_out_on_the_last_reference_takes_the_frame_over) {
    if (!policy::takes_over_last) {
        GTEST_SKIP() << policy::name << " always copies";
    }
    Frame& original = frame_of(*parent, page);
    parent->destroy();
    leave_free(0);
    EXPECT_EQ(outcome(child->copy_out(page, bytes_in("mine"))), "ok");
    EXPECT_EQ(&frame_of(*child, page), &original);
}

TEST_F(CowCopy, copy_out_out_of_memory_changes_nothing_and_loses_no_reference) {
    leave_free(0);
    const std::uint64_t childs_entry = bits(*child, page);
    for (int again = 0; again < 3; ++again) {
        EXPECT_EQ(outcome(child->copy_out(page, bytes_in("new"))), "out_of_memory");
    }
    EXPECT_EQ(bits(*child, page), childs_entry);
    EXPECT_EQ(count(*parent, page), 2u);
    EXPECT_EQ(load(*parent, page), 'p');
    EXPECT_EQ(load(*child, page), 'p');
    EXPECT_TRUE(consistent());
    give_back();
    EXPECT_EQ(outcome(child->copy_out(page, bytes_in("new"))), "ok");
}

TEST_F(CowCopy, copy_out_that_fails_at_its_second_page_keeps_the_first_ones_count_right) {
    leave_free(1);
    EXPECT_EQ(outcome(child->copy_out(page - 4, bytes_in("12345678"))), "out_of_memory");
    EXPECT_EQ(count(*child, {0}), 1u);
    EXPECT_EQ(count(*child, page), 2u);
    EXPECT_EQ(load(*parent, page - 1), 0);
    EXPECT_EQ(load(*parent, page), 'p');
    EXPECT_EQ(outcome(child->copy_out({data_end - 4}, bytes_in("12345678"))), "out_of_memory");
    give_back();
    EXPECT_EQ(outcome(child->copy_out({data_end - 4}, bytes_in("12345678"))), "bad_address");
    EXPECT_EQ(load(*parent, {data_end - 1}), 0);
}

TEST_F(CowCopy, the_program_sees_what_was_copied_out_though_it_had_read_the_page) {
    EXPECT_EQ(load(*child, page), 'p');  // the translation to the shared frame is known
    EXPECT_EQ(outcome(child->copy_out(page, bytes_in("new"))), "ok");
    EXPECT_EQ(std::to_integer<char>(*cpu_.load(page)), 'n');
    EXPECT_EQ(cpu_.store(page, std::byte{'N'}).has_value(), true);
    EXPECT_EQ(load(*child, page), 'N');
    EXPECT_EQ(load(*parent, page), 'p');
}

TEST_F(CowCopy, copy_in_leaves_shared_pages_shared) {
    std::string value(10, '?');
    EXPECT_EQ(outcome(child->copy_in(std::as_writable_bytes(std::span(value)), page)), "ok");
    EXPECT_EQ(value, "pppppppppp");
    EXPECT_EQ(count(*child, page), 2u);
}

}  // namespace
}  // namespace kernel::test
