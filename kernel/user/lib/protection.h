// Whether this kernel keeps programs from writing to their text. xv6 does since 2022; before, all
// of a program's pages may be read, written and executed.
#pragma once
#include "kernel/user/lib/child.h"
#include "kernel/user/lib/kernel.h"
#include "kernel/user/lib/string.h"

namespace user {

inline constexpr const char* write_text = "write-text";  // an argument

// The beginning of main() where is_text_protected() is asked: what the image does that it executes.
inline void write_text_if_asked(int argc, char** argv) {
    if (argc == 2 && equal(argv[1], write_text)) {
        auto* const text = reinterpret_cast<volatile std::uint8_t*>(&parse_options);
        *text = *text;
        exit(0);
    }
}

// On our kernel it must, so it is not asked. Elsewhere a new image tries it: what exec has made.
// A mere child would tell what fork has made of it, and a fork that makes text writable would pass
// for a kernel that never protects any. This process must have no child.
inline bool is_text_protected() {
    if (on_own_kernel) {
        return true;
    }
    const int status = status_of_child([] {
        const char* const arguments[] = {program_name, write_text, nullptr};
        exec(program_name, arguments);
        exit(failed_status);
    });
    if (status != 0 && status != killed_status) {
        fail("a program cannot execute itself", "%s: status %d", program_name, status);
    }
    return status == killed_status;
}

}  // namespace user
