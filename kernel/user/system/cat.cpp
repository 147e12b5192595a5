#include "kernel/user/lib/print.h"
#include "kernel/user/lib/system_calls.h"

using namespace user;

namespace {

bool copy_to_output(int fd) {
    static char buffer[512];
    int bytes;
    while ((bytes = read(fd, buffer, sizeof buffer)) > 0) {
        if (write(console_out, buffer, bytes) != bytes) {
            return false;
        }
    }
    return bytes == 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 1) {
        return copy_to_output(console_in) ? 0 : 1;
    }
    for (int i = 1; i < argc; ++i) {
        const int fd = open(argv[i], stampede::abi::o_rdonly);
        if (fd < 0 || !copy_to_output(fd)) {
            printf(console_error, "cat: cannot read %s\n", argv[i]);
            return 1;
        }
        close(fd);
    }
    return 0;
}
