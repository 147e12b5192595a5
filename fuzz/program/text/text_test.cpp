#include "fuzz/program/text/text.h"

#include <gtest/gtest.h>

#include "fuzz/program/binary.h"
#include "fuzz/program/test_programs.h"

namespace stampede::fuzz {
namespace {

TEST(ProgramTextTest, the_text_of_the_contract_is_read) {
    const Program program = program_of(
        "process 0:\n  r0 = fork { store 0x3 17; exit 0 }\n  pipe p0\n  write p0.w page 3 100\n  "
        "wait\n");
    ASSERT_EQ(program.processes.size(), 1u);
    const Calls& calls = program.processes[0].calls;
    ASSERT_EQ(calls.size(), 4u);
    EXPECT_EQ(calls[0].kind, CallKind::fork);
    ASSERT_EQ(calls[0].body.size(), 2u);
    EXPECT_EQ(calls[0].body[0].address, (Address{Address::Base::region, 3}));
    EXPECT_EQ(calls[0].body[0].number, 17);
    EXPECT_EQ(calls[1].kind, CallKind::pipe);
    EXPECT_EQ(calls[2].descriptor.index, abi::program_descriptor::made + 1);
    EXPECT_EQ(calls[2].address, (Address{Address::Base::region, 3 * 4096}));
    EXPECT_EQ(calls[2].length.code, 100);
    EXPECT_EQ(calls[3].kind, CallKind::wait);
    EXPECT_EQ(calls[3].address, Address{});
}

// A call of every kind, every operand in each of its forms.
constexpr std::string_view everything = R"(stampede-program 1
schedule pct:3 seed 4294967295
process 0:
  r3 = fork { getpid; r0 = fork { r1 = fork { } }; exit 255 }
  wait
  wait 0x10
  pipe p3
  pipe p0 page 7
  read p3.r 0x1001 0
  write p0.w heap+0x0 12288
  write q0.r text+0xfff huge
  read q1.w stack-0x1 most
  write f3 hole+0xffff negative
  close fd -1
  close fd 17
  d2 = dup d3
  kill r2
  kill process 3
process 1:
  kill self
  kill pid 0
  kill pid 31
  sbrk -65536
  sbrk least
  sleep 3
  uptime
  f0 = open /new0 both,create,truncate
  f1 = open empty read
  f2 = open too-long write,truncate
  fstat f0 maxva-0x1
  fstat f0 maxva+0x0
  chdir ..
  mknod /console 1
  unlink in-kernel
  link a-name-longer-than-14 unmapped
  mkdir /dir/new
  exec /echo
  store kernel+0x0 255
  load null
  fail_allocation 7
  jump stack-0x1
  arguments 9
  make_program 21
  system_call 22
process 2:
)";

TEST(ProgramTextTest, printing_what_was_read_gives_the_same_text) {
    const Result<Program> parsed = parse(everything);
    ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
    EXPECT_EQ(flaw(*parsed), std::nullopt);
    EXPECT_EQ(print(*parsed), everything);
}

TEST(ProgramTextTest, reading_what_was_printed_gives_the_same_program) {
    for_each_generated(2000, [](const Program& program) {
        const std::string text = print(program);
        const Result<Program> parsed = parse(text);
        ASSERT_TRUE(parsed.has_value()) << parsed.error().message << "\n" << text;
        ASSERT_EQ(*parsed, program) << text;
    });
}

TEST(ProgramTextTest, lines_comments_and_semicolons_are_free) {
    EXPECT_EQ(program_of("process 0: # first\n\n r0 = fork {\n store 0x3 1 # three\n\n;; exit "
                         "0\n}\ngetpid; uptime;\n#end"),
              program_of("process 0:\n  r0 = fork { store 0x3 1; exit 0 }\n  getpid\n  uptime\n"));
    EXPECT_EQ(program_of("process 0:\n\tload page 2+0x10\r\n"),
              program_of("process 0:\n  load 0x2010\n"));
    EXPECT_EQ(program_of("process 0:\n").processes[0].calls.size(), 0u);
}

TEST(ProgramTextTest, without_its_line_the_schedule_is_the_standard_one) {
    EXPECT_EQ(program_of("process 0:\n").schedule, ScheduleChoice{});
    EXPECT_EQ(program_of("schedule round-robin:4096 seed 0\nprocess 0:\n").schedule,
              (ScheduleChoice{ScheduleChoice::Kind::RoundRobin, 4096, 0}));
}

TEST(ProgramTextTest, every_schedule_is_one_of_the_harness) {
    for (unsigned kind = 0; kind < schedule_kind_count; ++kind) {
        const auto each = static_cast<ScheduleChoice::Kind>(kind);
        const ScheduleChoice choice{each, ScheduleChoice::first_parameter(each), 1};
        EXPECT_EQ(choice.spec().text().substr(0, choice.words().size()), choice.words());
    }
    EXPECT_EQ((ScheduleChoice{ScheduleChoice::Kind::Random, 200, 7}).spec().instructions, 200u);
}

std::string repeated(std::string_view text, unsigned times) {
    std::string all;
    while (times-- != 0) {
        all += text;
    }
    return all;
}

TEST(ProgramTextTest, errors_name_line_and_column_what_was_found_and_what_is_expected) {
    const std::pair<std::string, const char*> wrong[] = {
        {"", "line 1, column 1: found the end, expected stampede-program"},
        {"stampede-program 2\n", "line 1, column 18: found 2, expected a version from 1 to 1"},
        {"stampede-program 1 1\n", "line 1, column 20: found 1, expected the end of the line"},
        {"stampede-program 1\n", "line 2, column 1: found the end, expected process 0:"},
        {"stampede-program 1\nschedule random:63 seed 1\n",
         "line 2, column 10: found random:63, expected round-robin:N or random:N, N from 64 to "
         "4096, or pct:D, D from 1 to 4"},
        {"stampede-program 1\nschedule pct:5 seed 1\n",
         "line 2, column 10: found pct:5, expected round-robin:N or random:N, N from 64 to 4096, "
         "or pct:D, D from 1 to 4"},
        {"stampede-program 1\nschedule pct:4\n",
         "line 2, column 15: found the end of the line, expected seed"},
        {"stampede-program 1\nschedule pct:4 seed 4294967296\n",
         "line 2, column 21: found 4294967296, expected a seed from 0 to 4294967295"},
        {"stampede-program 1\ngetpid\n", "line 2, column 1: found getpid, expected process 0:"},
        {"stampede-program 1\nprocess 1:\n", "line 2, column 9: found 1:, expected 0:"},
        {"stampede-program 1\nprocess 0:\nprocess 0:\n", "line 3, column 9: found 0:, expected 1:"},
        {"stampede-program 1\nprocess 0:\nprocess 1:\nprocess 2:\nprocess 3:\nprocess 4:\n",
         "line 6, column 1: found process, expected the end, after 4 processes"},
        {"stampede-program 1\nprocess 0:\n  leap 3\n",
         "line 3, column 3: found leap, expected a call, such as store 0x3 17 or r0 = fork { }"},
        {"stampede-program 1\nprocess 0:\n  getpid 3\n",
         "line 3, column 10: found 3, expected the end of the call"},
        {"stampede-program 1\nprocess 0:\n  }\n",
         "line 3, column 3: found }, expected a call or process 1:"},
        {"stampede-program 1\nprocess 0:\n  fork { }\n",
         "line 3, column 3: found fork, expected r0 to r3, then = fork"},
        {"stampede-program 1\nprocess 0:\n  f0 = fork { }\n",
         "line 3, column 3: found f0, expected r0 to r3, then = fork"},
        {"stampede-program 1\nprocess 0:\n  r4 = fork { }\n",
         "line 3, column 3: found r4, expected r0 to r3, then = fork"},
        {"stampede-program 1\nprocess 0:\n  r0 = getpid\n",
         "line 3, column 3: found r0, expected getpid without a result"},
        {"stampede-program 1\nprocess 0:\n  r0 = fork\n",
         "line 3, column 12: found the end of the line, expected {"},
        {"stampede-program 1\nprocess 0:\n  r0 = fork { getpid\n",
         "line 4, column 1: found the end, expected }"},
        {"stampede-program 1\nprocess 0:\n  r0 = fork { getpid uptime }\n",
         "line 3, column 22: found uptime, expected the end of the call"},
        {"stampede-program 1\nprocess 0:\n  load\n",
         "line 3, column 7: found the end of the line, expected an address, such as 0x3, page 3, "
         "heap+0x0 or null"},
        {"stampede-program 1\nprocess 0:\n  load 17\n",
         "line 3, column 8: found 17, expected an address, such as 0x3, page 3, heap+0x0 or null"},
        {"stampede-program 1\nprocess 0:\n  load 0x8000\n",
         "line 3, column 8: found 0x8000, expected an offset from 0x0 to 0x7fff"},
        {"stampede-program 1\nprocess 0:\n  load stack-0x0\n",
         "line 3, column 8: found stack-0x0, expected an offset from stack-0x1 to stack-0x2000"},
        {"stampede-program 1\nprocess 0:\n  load heap+16\n",
         "line 3, column 8: found heap+16, expected an offset from heap+0x0 to heap+0xffff"},
        {"stampede-program 1\nprocess 0:\n  load page 8\n",
         "line 3, column 13: found 8, expected a page from 0 to 7, such as 3 or 3+0x10 (at most "
         "+0xfff)"},
        {"stampede-program 1\nprocess 0:\n  load page 1+0x1000\n",
         "line 3, column 13: found 1+0x1000, expected a page from 0 to 7, such as 3 or 3+0x10 (at "
         "most +0xfff)"},
        {"stampede-program 1\nprocess 0:\n  store 0x3 256\n",
         "line 3, column 13: found 256, expected a number from 0 to 255"},
        {"stampede-program 1\nprocess 0:\n  read p0.r 0x3 12289\n",
         "line 3, column 17: found 12289, expected huge, most, negative or a length from 0 to "
         "12288"},
        {"stampede-program 1\nprocess 0:\n  close p4.r\n",
         "line 3, column 9: found p4.r, expected a descriptor: p0.r to p3.w, q0.r to q1.w, f0 to "
         "f3, d0 to d3 or fd N"},
        {"stampede-program 1\nprocess 0:\n  close fd 18\n",
         "line 3, column 12: found 18, expected a descriptor's number from -1 to 17"},
        {"stampede-program 1\nprocess 0:\n  kill process 4\n",
         "line 3, column 16: found 4, expected the number of a process from 0 to 3"},
        {"stampede-program 1\nprocess 0:\n  kill 4\n",
         "line 3, column 8: found 4, expected a pid: r0 to r3, process N, self or pid N"},
        {"stampede-program 1\nprocess 0:\n  sbrk 65537\n",
         "line 3, column 8: found 65537, expected least or a number of bytes from -65536 to 65536"},
        {"stampede-program 1\nprocess 0:\n  f0 = open / append\n",
         "line 3, column 15: found append, expected read, write or both, then ,create and "
         ",truncate"},
        {"stampede-program 1\nprocess 0:\n  chdir /nowhere\n",
         "line 3, column 9: found /nowhere, expected a path of /, ., .., /dir, /echo, /executor, "
         "/console, /new0, /new1, new2, "
         "/dir/new, /dir/../echo, /echo/x, /missing/x, a-name-longer-than-14, empty, too-long, "
         "unmapped, in-kernel"},
        {"stampede-program 1\nprocess 0:\n" + repeated("getpid\n", 65),
         "line 67, column 1: found getpid, expected at most 64 calls"},
        {"stampede-program 1\nprocess 0:\n" + repeated("r0 = fork { }\n", 9),
         "line 11, column 6: found fork, expected at most 8 forks"},
        {"stampede-program 1\nprocess 0:\n" + repeated("r0 = fork {", 4),
         "line 3, column 39: found fork, expected forks at most 3 deep"},
        {"stampede-program 1\nprocess 0:\n" + repeated("x", 50) + "\x01",
         "line 3, column 1: found xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx..., expected a call, "
         "such as store 0x3 17 or r0 = fork { }"},
    };
    for (const auto& [text, message] : wrong) {
        const Result<Program> parsed = parse(text);
        ASSERT_FALSE(parsed.has_value()) << text;
        EXPECT_EQ(parsed.error().message, message) << text;
    }
}

TEST(ProgramTextTest, any_text_is_read_or_refused) {
    RandomNumbers random(1);
    for (unsigned n = 0; n < 5'000; ++n) {
        std::string text(everything);
        for (u64 changes = 1 + random.below(4); changes != 0; --changes) {
            const u64 at = random.below(text.size());
            switch (random.below(3)) {
            case 0: text[at] = static_cast<char>(random.next()); break;
            case 1: text.erase(at, random.below(20)); break;
            default:
                text.insert(at, text.substr(random.below(text.size()), random.below(20)));
                break;
            }
        }
        const Result<Program> parsed = parse(text);
        if (parsed) {
            ASSERT_EQ(flaw(*parsed), std::nullopt) << text;
            ASSERT_EQ(parse(print(*parsed)).value(), *parsed) << text;
        } else {
            ASSERT_TRUE(parsed.error().message.starts_with("line "));
        }
    }
}

TEST(ProgramTextTest, an_input_is_a_text_or_else_bytes) {
    const std::string text = "stampede-program 1\nprocess 0:\n  getpid\n";
    EXPECT_EQ(input_program(text), program_of("process 0:\n  getpid\n"));
    const std::string bytes = encode(program_of("process 0:\n  load 0x7\n"));
    EXPECT_EQ(input_program(bytes), decode(bytes));
    const std::string torn = text + "  get";
    EXPECT_EQ(input_program(torn), decode(torn));
}

}  // namespace
}  // namespace stampede::fuzz
