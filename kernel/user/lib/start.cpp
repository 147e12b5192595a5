// Where exec jumps to: argc in a0, argv in a1, the strings above it on the stack, as xv6's exec
// leaves them.
#include "kernel/user/lib/program.h"
#include "kernel/user/lib/system_calls.h"

int main(int argc, char** argv);

namespace user {
const char* program_name = "?";
}

extern "C" [[noreturn, gnu::section(".text.start")]] void _start(int argc, char** argv) {
    if (argc > 0) {
        user::program_name = argv[0];
    }
    user::exit(main(argc, argv));
}
