#include "kernel/user/lib/program.h"

#include "kernel/user/lib/guest_calls.h"
#include "kernel/user/lib/print.h"
#include "kernel/user/lib/string.h"
#include "kernel/user/lib/system_calls.h"

namespace user {

std::uint64_t option(int argc, char** argv, const char* key, std::uint64_t otherwise) {
    for (int i = 1; i < argc; ++i) {
        const char* rest = after(argv[i], key);
        if (rest != nullptr && *rest == '=') {
            return parse_number(rest + 1, otherwise);
        }
    }
    return otherwise;
}

bool memory_lasts = true;

Options parse_options(int argc, char** argv) {
    Options options;
    options.operations = option(argc, argv, "ops", options.operations);
    options.seconds = option(argc, argv, "seconds", options.seconds);
    options.seed = option(argc, argv, "seed", options.seed);
    options.failures = option(argc, argv, "fail-allocation", 0) != 0;
    memory_lasts = options.failures == 0;
    return options;
}

void fail(const char* title, const char* details, ...) {
    char line[256];
    std::size_t size = format(line, sizeof line, "%s: %s: ", program_name, title);
    va_list arguments;
    va_start(arguments, details);
    size += format_list(line + size, sizeof line - size - 1, details, arguments);
    va_end(arguments);
    line[size++] = '\n';
    write(console_out, line, static_cast<int>(size));
    end_failed(title);
}

void end_failed(const char* title) {
    check_failed(title);
    if (!on_own_kernel) {
        done(failed_status);
    }
    exit(failed_status);
}

}  // namespace user
