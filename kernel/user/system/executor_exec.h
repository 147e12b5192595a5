// What a program execs, and with which arguments: right ones, and wrong ones of each kind.
#pragma once
#include "kernel/abi/program.h"

namespace executor {

// argv for exec. Good until the next call.
[[nodiscard]] const char* const* exec_arguments(stampede::abi::ProgramArguments which);

// Writes a program to program_made_path: it forks once and exits, if it is a good one. 0, or -1
// where the file cannot be written.
int make_program(stampede::abi::ProgramFlaw flaw);

}  // namespace executor
