// The words of /chosen/bootargs: `name=value`, divided by spaces (base/words.h).
#pragma once
#include <cstdint>

namespace kernel {

// copies; what is past 1023 bytes is cut off, with a message
void boot_arguments_keep(const char* text);
const char* boot_arguments();

// The text behind `name=`, up to a space or the end; null when there is no such word.
const char* boot_argument(const char* name);
// of what boot_argument() gave, not null
bool boot_argument_is(const char* text, const char* expected);

// The decimal number of the word `name=…`; `otherwise` when there is no such word.
std::uint64_t boot_argument_number(const char* name, std::uint64_t otherwise);

}  // namespace kernel
