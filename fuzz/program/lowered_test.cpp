#include "fuzz/program/lowered.h"

#include <gtest/gtest.h>

#include <cstring>

#include "fuzz/program/test_programs.h"
#include "fuzz/program/view.h"
#include "kernel/abi/system_calls.h"

namespace stampede::fuzz {
namespace {

using Operation = abi::ProgramOperation;

struct Lowered {
    abi::ProgramHeader header;
    std::vector<Operation> operations;
};

Lowered read_back(const std::string& image) {
    Lowered lowered;
    EXPECT_LE(image.size(), abi::program_image_limit);
    std::memcpy(&lowered.header, image.data(), sizeof lowered.header);
    lowered.operations.resize((image.size() - sizeof lowered.header) / sizeof(Operation));
    std::memcpy(lowered.operations.data(), image.data() + sizeof lowered.header,
                image.size() - sizeof lowered.header);
    return lowered;
}

Lowered lowered_of(std::string_view processes) { return read_back(lower(program_of(processes))); }

// An operation in words that a test can compare: a load's byte, a store, the flags.
std::string words(const Operation& one) {
    std::string text(shape_of(one.call).name);
    if (one.call == CallKind::load || one.call == CallKind::store) {
        text += " " + std::to_string(one.offset);
    }
    if (one.call == CallKind::store || one.call == CallKind::fork || one.call == CallKind::exit ||
        (one.flags & Operation::byte_known)) {
        text += " " + std::to_string(one.value);
    }
    text += one.flags & Operation::must_fault ? " must fault" : "";
    text += one.flags & Operation::not_positive ? " not positive" : "";
    text += one.flags & Operation::minus_one ? " -1" : "";
    return text;
}

std::vector<std::string> words(std::string_view processes) {
    std::vector<std::string> all;
    for (const Operation& one : lowered_of(processes).operations) {
        all.push_back(words(one));
    }
    return all;
}

using Words = std::vector<std::string>;

// Of the region, as the contract of the guest and the harness has it.
std::string initial(u32 offset) {
    return std::to_string((offset * 37 + offset / 256 * 11 + 1) % 256);
}

TEST(LoweredTest, a_byte_is_the_initial_one_until_it_is_stored) {
    EXPECT_EQ(words("process 0:\n  load 0x103\n  load page 1\n  store 0x103 200\n  load 0x103\n"),
              (Words{"load 259 " + initial(259), "load 4096 " + initial(4096), "store 259 200",
                     "load 259 200", "load 259 200"}));
}

TEST(LoweredTest, a_child_begins_with_its_parents_bytes_and_then_goes_its_own_way) {
    EXPECT_EQ(words("process 0:\n  store 0x3 1\n  r0 = fork { load 0x3; store 0x3 2; load 0x3 }\n  "
                    "load 0x3\n  store 0x3 3\n  load 0x3\n"),
              (Words{"store 3 1", "fork 5", "load 3 1", "store 3 2", "load 3 2", "load 3 2",
                     "exit 0",  // the last load is the check
                     "load 3 1", "store 3 3", "load 3 3", "load 3 3"}));
}

TEST(LoweredTest, what_a_grandchild_stores_is_not_its_grandparents) {
    EXPECT_EQ(words("process 0:\n  r0 = fork { store 0x3 1; r0 = fork { load 0x3; store 0x3 2; "
                    "exit 7 } }\n"),
              (Words{"fork 8", "store 3 1", "fork 4", "load 3 1", "store 3 2", "load 3 2", "exit 7",
                     "load 3 1", "exit 0", "load 3 " + initial(3)}));
}

TEST(LoweredTest, what_other_processes_store_is_checked_but_not_expected) {
    EXPECT_EQ(
        words("process 0:\n  store 0x3 1\nprocess 1:\n  store 0x4 2\nprocess 2:\n"),
        (Words{"store 3 1", "load 3 1", "load 4 " + initial(4), "store 4 2", "load 3 " + initial(3),
               "load 4 2", "load 3 " + initial(3), "load 4 " + initial(4)}));
}

TEST(LoweredTest, bytes_that_a_call_may_have_written_are_not_known_any_more) {
    const auto after = [](const char* call, const char* offset) {
        return words(std::string("process 0:\n  store 0x20 1\n  store 0x33 1\n  ") + call +
                     "\n  load " + offset + "\n")[3];
    };
    EXPECT_EQ(after("read p0.r 0x20 1", "0x20"), "load 32");
    EXPECT_EQ(after("read p0.r 0x1f 1", "0x20"), "load 32 1");
    EXPECT_EQ(after("read p0.r 0x10 16", "0x20"), "load 32 1");
    EXPECT_EQ(after("read p0.r 0x10 17", "0x20"), "load 32");
    EXPECT_EQ(after("read p0.r 0x10 most", "0x7fff"), "load 32767");
    EXPECT_EQ(after("read p0.r 0x20 0", "0x20"), "load 32 1");
    EXPECT_EQ(after("read p0.r 0x21 huge", "0x20"), "load 32 1");
    EXPECT_EQ(after("read p0.r stack-0x1 33", "0x20"), "load 32 1");
    EXPECT_EQ(after("read p0.r stack-0x1 34", "0x20"), "load 32");
    EXPECT_EQ(after("read p0.r heap+0x0 12288", "0x20"), "load 32 1");
    EXPECT_EQ(after("write p0.w 0x20 1", "0x20"), "load 32 1");
    EXPECT_EQ(after("wait 0x1d", "0x20"), "load 32");
    EXPECT_EQ(after("wait 0x1c", "0x20"), "load 32 1");
    EXPECT_EQ(after("pipe p0 0x19", "0x20"), "load 32");
    EXPECT_EQ(after("pipe p0 0x18", "0x20"), "load 32 1");
    EXPECT_EQ(after("fstat f0 0x9", "0x20"), "load 32");
    EXPECT_EQ(after("fstat f0 0x8", "0x20"), "load 32 1");
    EXPECT_EQ(after("fstat f0 0x20", "0x37"), "load 55");
    EXPECT_EQ(after("fstat f0 0x20", "0x38"), "load 56 " + initial(56));
}

TEST(LoweredTest, a_byte_is_known_again_once_it_is_stored) {
    EXPECT_EQ(words("process 0:\n  read p0.r 0x3 1\n  store 0x3 5\n  load 0x3\n")[2], "load 3 5");
    EXPECT_EQ(words("process 0:\n  r0 = fork { read p0.r 0x3 1; load 0x3 }\n  load 0x3\n")[4],
              "load 3 " + initial(3));
}

TEST(LoweredTest, the_first_byte_that_a_call_may_write_is_checked_in_the_other_processes) {
    EXPECT_EQ(words("process 0:\n  read q0.r 0x3 9\nprocess 1:\n"),
              (Words{"read", "load 3 " + initial(3)}));
}

TEST(LoweredTest, at_most_32_bytes_are_checked_those_that_come_first) {
    std::string text = "process 0:\n";
    for (unsigned n = 0; n < 40; ++n) {
        text += "  store 0x" + std::string(1, static_cast<char>(n % 2 == 0 ? '1' : '2')) +
                std::to_string(10 + n) + " 1\n";
    }
    EXPECT_EQ(words(text + "process 1:\n").size(), 40u + 32 + 32);
    EXPECT_EQ(words(text).back(), "load " + std::to_string(0x241) + " 1");
    EXPECT_EQ(watched_bytes(program_of(text)).offsets.size(), 40u);
}

TEST(LoweredTest, checks_stand_before_an_exit_and_nothing_behind_it) {
    EXPECT_EQ(words("process 0:\n  store 0x3 1\n  exit 4\n  store 0x3 2\n  exit 5\n"),
              (Words{"store 3 1", "load 3 1", "exit 4"}));
    EXPECT_EQ(words("process 0:\n  r0 = fork { exit 4; getpid }\n  getpid\n"),
              (Words{"fork 1", "exit 4", "getpid"}));
    EXPECT_EQ(words("process 0:\n  r0 = fork { }\n"), (Words{"fork 1", "exit 0"}));
}

TEST(LoweredTest, an_access_where_nothing_may_be_accessed_must_fault) {
    const auto one = [](const std::string& call) {
        return words("process 0:\n  " + call + "\n")[0];
    };
    for (const char* place : {"hole+0x0", "hole+0xffff", "maxva-0x1", "maxva-0xffff", "maxva+0x0",
                              "kernel+0x0", "heap+0x0", "stack-0x1001"}) {
        EXPECT_TRUE(one("load " + std::string(place)).ends_with("must fault")) << place;
        EXPECT_TRUE(one("store " + std::string(place) + " 1").ends_with("must fault")) << place;
    }
    for (const char* place : {"text+0x0", "null", "stack-0x1", "stack-0x1000", "0x0", "0x7fff"}) {
        EXPECT_FALSE(one("load " + std::string(place)).ends_with("must fault")) << place;
    }
    for (const char* place : {"stack-0x1", "stack-0x1000", "0x0", "0x7fff", "null"}) {
        EXPECT_FALSE(one("store " + std::string(place) + " 1").ends_with("must fault")) << place;
    }
    EXPECT_TRUE(one("store text+0xfff 1").ends_with("must fault"));
}

TEST(LoweredTest, the_heap_is_not_certain_behind_an_sbrk_that_asks_for_more) {
    EXPECT_EQ(words("process 0:\n  sbrk 1\n  load heap+0x0\n")[1], "load 0");
    EXPECT_EQ(words("process 0:\n  sbrk 0\n  sbrk -4096\n  sbrk least\n  load heap+0x0\n")[3],
              "load 0 must fault");
    EXPECT_EQ(words("process 0:\n  r0 = fork { sbrk 1 }\n  load heap+0x0\n")[3],
              "load 0 must fault");
    EXPECT_EQ(words("process 0:\n  sbrk 1\n  r0 = fork { load heap+0x0 }\n")[2], "load 0");
}

TEST(LoweredTest, a_call_whose_pointer_is_bad_must_not_succeed) {
    const auto one = [](const std::string& call) {
        return words("process 0:\n  " + call + "\n")[0];
    };
    EXPECT_EQ(one("read p0.r text+0x0 1"), "read not positive");
    EXPECT_EQ(one("read p0.r hole+0x0 1"), "read not positive");
    EXPECT_EQ(one("read p0.r 0x7fff 2"), "read");  // the first byte is good
    EXPECT_EQ(one("read p0.r null 2"), "read");
    EXPECT_EQ(one("write p0.w text+0x0 1"), "write");
    EXPECT_EQ(one("write p0.w maxva+0x0 1"), "write not positive");
    EXPECT_EQ(one("wait hole+0x0"), "wait -1");
    EXPECT_EQ(one("wait text+0x4"), "wait -1");
    EXPECT_EQ(one("wait text+0x0"), "wait");  // no address
    EXPECT_EQ(one("wait"), "wait");
    EXPECT_EQ(one("wait 0x7ffc"), "wait");
    EXPECT_EQ(one("wait 0x7ffd"), "wait -1");  // its last byte lies in the heap
    EXPECT_EQ(one("pipe p0 0x7ff8"), "pipe");
    EXPECT_EQ(one("pipe p0 0x7ff9"), "pipe -1");
    EXPECT_EQ(one("pipe p0 text+0x0"), "pipe -1");
    EXPECT_EQ(one("pipe p0"), "pipe");
    EXPECT_EQ(one("fstat f0 0x7fe8"), "fstat");
    EXPECT_EQ(one("fstat f0 0x7fe9"), "fstat -1");
    EXPECT_EQ(one("fstat f0 stack-0x1"), "fstat");
    EXPECT_EQ(one("fstat f0 kernel+0x0"), "fstat -1");
    EXPECT_EQ(words("process 0:\n  sbrk 1\n  fstat f0 0x7fe9\n")[1], "fstat");
    for (const char* call : {"f0 = open PATH read", "chdir PATH", "mknod PATH 1", "unlink PATH",
                             "link PATH /new0", "link /echo PATH", "mkdir PATH", "exec PATH"}) {
        for (const auto& [path, bad] : {std::pair{"unmapped", true},
                                        {"in-kernel", true},
                                        {"empty", false},
                                        {"too-long", false}}) {
            std::string text = call;
            text.replace(text.find("PATH"), 4, path);
            EXPECT_EQ(one(text).ends_with(" -1"), bad) << text;
        }
    }
}

TEST(LoweredTest, the_header_says_where_each_processs_operations_are) {
    const Lowered lowered =
        lowered_of("process 0:\n  getpid\n  uptime\nprocess 1:\nprocess 2:\n  sleep 2\n");
    EXPECT_EQ(lowered.header.magic, abi::ProgramHeader::expected_magic);
    EXPECT_EQ(lowered.header.processes, 3u);
    EXPECT_EQ(lowered.header.parts[0].first, 0u);
    EXPECT_EQ(lowered.header.parts[0].count, 2u);
    EXPECT_EQ(lowered.header.parts[1].count, 0u);
    EXPECT_EQ(lowered.header.parts[2].first, 2u);
    EXPECT_EQ(lowered.header.parts[2].count, 1u);
    EXPECT_EQ(lowered.header.parts[3].count, 0u);
    EXPECT_EQ(lowered.operations.size(), 3u);
}

TEST(LoweredTest, operands_are_lowered) {
    const Lowered lowered = lowered_of(
        "process 0:\n  f3 = open /new0 both,create,truncate\n  write d2 stack-0x10 huge\n  read fd "
        "-1 maxva-0x1 negative\n  kill self\n"
        "  link /dir new2\n  sbrk least\n  write q1.w heap+0x3 most\n  pipe p2\n");
    const auto& all = lowered.operations;
    EXPECT_EQ(all[0].slot, 3);
    EXPECT_EQ(abi::program_paths[all[0].operand], std::string_view("/new0"));
    EXPECT_EQ(all[0].value, abi::o_rdwr | abi::o_create | abi::o_trunc);
    EXPECT_EQ(all[1].operand, abi::program_descriptor::copied + 2);
    EXPECT_EQ(all[1].base, abi::ProgramBase::stack);
    EXPECT_EQ(all[1].offset, 0xfff0);  // counted upward from the base less program_downward
    EXPECT_EQ(all[1].value, INT64_MIN);
    EXPECT_EQ(all[2].operand, abi::program_descriptor::raw);
    EXPECT_EQ(all[2].offset, 0xffff);
    EXPECT_EQ(all[2].value, -1);
    EXPECT_EQ(all[3].operand, abi::program_pid::self);
    EXPECT_EQ(abi::program_paths[all[4].second], std::string_view("new2"));
    EXPECT_EQ(all[5].value, INT32_MIN);
    EXPECT_EQ(all[6].operand, abi::program_descriptor::shared + 3);
    EXPECT_EQ(all[6].offset, 3);
    EXPECT_EQ(all[6].value, INT32_MAX);
    EXPECT_EQ(all[7].base, abi::ProgramBase::null);
    EXPECT_EQ(all[7].slot, 2);
}

TEST(LoweredTest, every_program_fits_and_its_forks_stay_within_their_process) {
    u64 longest = 0;
    for_each_generated(5000, [&](const Program& program) {
        const std::string image = lower(program);
        longest = std::max(longest, image.size());
        const Lowered lowered = read_back(image);
        for (const auto& part : lowered.header.parts) {
            ASSERT_LE(part.first + part.count, lowered.operations.size());
            for (u32 n = part.first; n < part.first + part.count; ++n) {
                const Operation& one = lowered.operations[n];
                if (one.call == CallKind::fork) {
                    ASSERT_GE(one.value, 1);
                    ASSERT_LE(n + 1 + one.value, part.first + part.count);
                    ASSERT_EQ(lowered.operations[n + static_cast<u32>(one.value)].call,
                              CallKind::exit);
                }
            }
        }
    });
    EXPECT_GT(longest, 500u);
}

TEST(LoweredTest, the_largest_program_fits) {
    std::string text = "process 0:\n";
    for (unsigned n = 0; n < 32; ++n) {
        text += "  store page " + std::to_string(n % 8) + "+0x" + std::to_string(10 + n) + " 1\n";
    }
    for (unsigned n = 0; n < 8; ++n) {
        text += "  r0 = fork { getpid; exit 0 }\n";
    }
    const Lowered lowered = lowered_of(text + "process 1:\nprocess 2:\nprocess 3:\n");
    EXPECT_EQ(lowered.operations.size(), 32u + 8 * (1 + 1 + 32 + 1) + 4 * 32);
}

}  // namespace
}  // namespace stampede::fuzz
