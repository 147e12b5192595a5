// Ends the machine from the shell; with a number, as failed with that status.
#include "kernel/user/lib/string.h"
#include "kernel/user/lib/system_calls.h"

int main(int argc, char** argv) {
    user::shutdown(argc > 1 ? static_cast<int>(user::parse_number(argv[1], 1)) : 0);
    return 1;
}
