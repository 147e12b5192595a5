#include "kernel/user/lib/print.h"
#include "kernel/user/lib/system_calls.h"

int main(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
        if (user::mkdir(argv[i]) < 0) {
            user::printf(user::console_error, "mkdir: cannot make %s\n", argv[i]);
            return 1;
        }
    }
    return 0;
}
