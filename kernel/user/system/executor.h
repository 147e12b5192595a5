// What the parts of the executor share.
#pragma once
#include <cstddef>

#include "kernel/abi/guest_calls.h"
#include "kernel/abi/program.h"
#include "kernel/user/lib/system_calls.h"

namespace executor {

// Each process's own, in few pages that it has written to before the program begins. Children of
// the program share it with their parents until one of them writes.
struct alignas(stampede::abi::page_size) Own {
    alignas(16) std::uint8_t stack[2048];
    std::int32_t pids[stampede::abi::program_processes];
    struct Results {  // -1 each before the program begins
        std::int32_t forked[stampede::abi::program_slots];
        std::int32_t opened[stampede::abi::program_slots];
        std::int32_t copied[stampede::abi::program_slots];
        std::int32_t made[stampede::abi::program_slots][2];
    } results;
    stampede::abi::ProgramArguments arguments;  // of execs
    alignas(16) stampede::abi::FetchBlock block;
    stampede::abi::ProgramHeader header;  // what `fetch` delivers begins here
    std::uint8_t
        operations[stampede::abi::program_image_limit - sizeof(stampede::abi::ProgramHeader)];
};
static_assert(offsetof(Own, header) == offsetof(Own, block) + sizeof(stampede::abi::FetchBlock));
static_assert(offsetof(Own, operations) % alignof(stampede::abi::ProgramOperation) == 0);

// The same in all processes from the snapshot on.
struct Common {
    std::uint64_t bases[stampede::abi::program_base_count] = {};
    std::uint64_t first_break = 0;
    std::int32_t keeper = 0;
    std::int32_t pipes[2][2] = {};  // the two that all processes have
    std::int32_t end[2] = {};       // never written
};

extern Own own;
extern Common common;

// Runs the operations that the image has for process `number` and says `done`.
[[noreturn]] void run_process(unsigned number);
[[noreturn]] void sleep_for_ever();

}  // namespace executor
