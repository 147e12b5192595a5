#include "kernel/arch/riscv/boot_arguments.h"

#include "kernel/base/print.h"
#include "kernel/base/string.h"

namespace kernel {

namespace {

constinit char kept[1024] = {};   // written once by the boot hart

}  // namespace

void boot_arguments_keep(const char* text) {
    std::size_t length = strlen(text);
    if (length >= sizeof kept) {
        print("boot arguments: %zu bytes, only the first %zu are used\n", length, sizeof kept - 1);
        length = sizeof kept - 1;
    }
    memcpy(kept, text, length);
    kept[length] = 0;
}

const char* boot_arguments() { return kept; }

std::span<const char> next_word(const char*& at) {
    while (*at == ' ') ++at;
    const char* begin = at;
    while (*at && *at != ' ') ++at;
    return {begin, at};
}

std::uint64_t boot_argument_number(const char* name, std::uint64_t otherwise) {
    std::size_t name_length = strlen(name);
    for (const char* at = kept; *at; ++at) {
        bool word_begins = at == kept || at[-1] == ' ';
        if (!word_begins || strncmp(at, name, name_length) != 0 || at[name_length] != '=') continue;
        std::uint64_t value = 0;
        for (at += name_length + 1; *at >= '0' && *at <= '9'; ++at) {
            value = value * 10 + static_cast<std::uint64_t>(*at - '0');
        }
        return value;
    }
    return otherwise;
}

}  // namespace kernel
