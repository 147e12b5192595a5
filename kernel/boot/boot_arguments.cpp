#include "kernel/boot/boot_arguments.h"

#include "kernel/base/print.h"
#include "kernel/base/string.h"
#include "kernel/base/words.h"

namespace kernel {

namespace {

constinit char kept[1024] = {};  // written once by the boot hart

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

const char* boot_argument(const char* name) {
    const std::size_t length = strlen(name);
    const char* at = kept;
    for (std::span<const char> word = next_word(at); !word.empty(); word = next_word(at)) {
        if (word.size() > length && word[length] == '=' &&
            strncmp(word.data(), name, length) == 0) {
            return word.data() + length + 1;
        }
    }
    return nullptr;
}

bool boot_argument_is(const char* text, const char* expected) {
    std::size_t length = strlen(expected);
    return strncmp(text, expected, length) == 0 && (text[length] == ' ' || text[length] == 0);
}

std::uint64_t boot_argument_number(const char* name, std::uint64_t otherwise) {
    const char* at = boot_argument(name);
    if (!at) {
        return otherwise;
    }
    std::uint64_t value = 0;
    for (; *at >= '0' && *at <= '9'; ++at) {
        value = value * 10 + static_cast<std::uint64_t>(*at - '0');
    }
    return value;
}

}  // namespace kernel
