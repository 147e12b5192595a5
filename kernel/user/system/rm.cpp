// Removes files and empty directories.
#include "kernel/user/lib/print.h"
#include "kernel/user/lib/system_calls.h"

int main(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
        if (user::unlink(argv[i]) < 0) {
            user::printf(user::console_error, "rm: cannot remove %s\n", argv[i]);
            return 1;
        }
    }
    return 0;
}
