// Where exec jumps to: argc in a0, argv in a1, the strings above it on the stack, as xv6's exec
// leaves them; in a2 what ours adds.
#include "kernel/user/lib/guest_calls.h"
#include "kernel/user/lib/kernel.h"
#include "kernel/user/lib/program.h"
#include "kernel/user/lib/system_calls.h"

int main(int argc, char** argv);

namespace user {
const char* program_name = "?";
bool on_own_kernel = true;
}  // namespace user

// What main returns is how the workload ended. An image that a workload itself executes leaves by
// exit(): it is not the end.
extern "C" [[noreturn, gnu::section(".text.start")]] void _start(int argc, char** argv,
                                                                 std::uint64_t mark) {
    user::on_own_kernel = mark == stampede::abi::exec_mark;
    if (argc > 0) {
        user::program_name = argv[0];
    }
    const int status = main(argc, argv);
    if (!user::on_own_kernel) {  // where no driver ends the machine
        user::done(static_cast<std::uint64_t>(status));
    }
    user::exit(status);
}
