// A finding in the words of a SARIF message: plain text whose first sentence says it all.
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "harts/report/finding.h"

namespace stampede {

inline constexpr std::size_t longest_sarif_message = 4096;  // bytes, before JSON's own escapes

// Plain text as SARIF reads it (2.1.0, sections 3.11.5 and 3.11.6): nothing in it is a placeholder
// or a link.
[[nodiscard]] std::string sarif_plain(std::string_view text);

// Title, detail, the command that runs it again, and a paragraph a stack, as many as there is room
// for. `links` has for each stack the id of its place among the result's locations, or 0 for none:
// its role then links there.
[[nodiscard]] std::string sarif_message(const Finding& finding, std::span<const std::size_t> links);

}  // namespace stampede
