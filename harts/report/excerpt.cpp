#include "harts/report/excerpt.h"

#include <fmt/format.h>

namespace stampede {

std::string excerpt(std::string_view text) {
    constexpr std::size_t most = 40;
    std::string shown = "\"";
    for (const char c : text.substr(0, most)) {
        shown += c >= ' ' && c < 0x7f ? std::string(1, c)
                                      : fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
    return shown + (text.size() > most ? "…\"" : "\"");
}

}  // namespace stampede
