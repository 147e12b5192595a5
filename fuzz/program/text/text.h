// Programs as people read and write them:
//
//     stampede-program 1
//     schedule random:200 seed 7
//     process 0:
//       r0 = fork { store 0x3 17; exit 0 }      # a comment
//       pipe p0
//       write p0.w page 3 100
//       f0 = open /new0 both,create
//       wait
//
// A line or `;` ends a call, inside braces too. Without its line the schedule is ScheduleChoice's
// own.
//
//   address     0x3, page 3, page 3+0x10 (the region); heap+0x0, text+0x0, stack-0x1, hole+0x0,
//               maxva-0x1, maxva+0x0, kernel+0x0, null
//   length      bytes, or huge, most, negative
//   descriptor  p0.r p0.w (pipe's), q0.r q0.w (shared by all processes), f0 (open's), d0 (dup's),
//               fd 3
//   pid         r0 (fork's), process 0, self, pid 9
//   path        one of abi::program_paths, or empty, too-long, unmapped, in-kernel
//   flags       read, write or both, then ,create and ,truncate
//   arguments   a number of abi::ProgramArguments; make_program: of abi::ProgramFlaw; system_call:
//               one that there is none of
#pragma once
#include <string>
#include <string_view>

#include "fuzz/program/program.h"
#include "harts/base/error.h"

namespace stampede::fuzz {

// The one text of a valid program: parse() of it gives the program again.
[[nodiscard]] std::string print(const Program& program);
// Error: line and column, what was found and what is expected; limits and ranges exceeded are such
// errors.
[[nodiscard]] Result<Program> parse(std::string_view text);
// What a fuzzer's input stands for: a text that parse() takes, so that a corpus may begin with
// texts, or else bytes (binary.h).
[[nodiscard]] Program input_program(std::string_view input);

}  // namespace stampede::fuzz
