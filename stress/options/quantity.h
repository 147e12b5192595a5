// Numbers as people type them: 128M, 90s, 5m. Errors say what was found and what was expected.
#pragma once
#include <chrono>
#include <string>
#include <string_view>

#include "harts/base/error.h"
#include "harts/base/types.h"

namespace stampede {

// A whole decimal number from `least` to `most`.
[[nodiscard]] Result<u64> parse_number(std::string_view text, u64 least, u64 most);

// Bytes: a number and nothing, K, M or G (powers of 1024). Range in bytes.
[[nodiscard]] Result<u64> parse_size(std::string_view text, u64 least, u64 most);

// A number and nothing, s, m or h. Range in seconds.
[[nodiscard]] Result<std::chrono::seconds> parse_duration(std::string_view text,
                                                          std::chrono::seconds least,
                                                          std::chrono::seconds most);

// The shortest text that parse_size reads as `bytes`.
[[nodiscard]] std::string size_text(u64 bytes);

}  // namespace stampede
