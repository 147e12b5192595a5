// Titles that are the same from run to run.
#pragma once
#include <string>
#include <string_view>

namespace stampede {

// `text` with every number that stands for itself (decimal, or hexadecimal with 0x) replaced by N,
// blanks folded, and at most 160 characters. Digits inside a word ("sv39") stay.
[[nodiscard]] std::string stable_title(std::string_view text);

}  // namespace stampede
