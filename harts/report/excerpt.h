// What was found, as a message shows it.
#pragma once
#include <string>
#include <string_view>

namespace stampede {

// In double quotes, at most 40 bytes of it, bytes that are no printable ASCII as \x..; safe
// whatever a file holds.
[[nodiscard]] std::string excerpt(std::string_view text);

}  // namespace stampede
