#include "kernel/user/lib/print.h"

int main(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
        user::printf(user::console_out, "%s%s", argv[i], i + 1 < argc ? " " : "");
    }
    user::printf(user::console_out, "\n");
    return 0;
}
