// Text for pages.
#pragma once
#include <string>
#include <string_view>

namespace stampede {

// Text between tags; whatever a guest put into it stays text.
[[nodiscard]] std::string html(std::string_view text);

}  // namespace stampede
