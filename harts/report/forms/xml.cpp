#include "harts/report/forms/xml.h"

#include <fmt/format.h>

#include "harts/base/types.h"

namespace stampede {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";  // U+FFFD

struct Decoded {
    u32 character = 0;
    std::size_t length = 0;  // bytes; 0: no UTF-8
};

// The character that starts at text[0] (Unicode 15, table 3-7: no overlong forms, no surrogates, at most U+10FFFF).
Decoded decode(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<u8>(text[i]); };
    const u8 lead = byte(0);
    if (lead < 0x80) {
        return {lead, 1};
    }
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < length) {
        return {};
    }
    u32 character = lead & (0x7f >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0) != 0x80) {
            return {};
        }
        character = character << 6 | (byte(i) & 0x3f);
    }
    constexpr u32 smallest[] = {0, 0, 0x80, 0x800, 0x1'0000};
    const bool surrogate = character >= 0xd800 && character <= 0xdfff;
    return character < smallest[length] || surrogate || character > 0x10'ffff ? Decoded{} : Decoded{character, length};
}

bool is_allowed(u32 character) {
    return character == '\t' || character == '\n' || character == '\r' ||
           (character >= 0x20 && character != 0xfffe && character != 0xffff);
}

std::string escaped(u32 character, std::string_view bytes, XmlPlace place) {
    switch (character) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\r': return "&#13;";
    case '\t':
    case '\n': return place == XmlPlace::Attribute ? fmt::format("&#{};", character) : std::string(bytes);
    default: return std::string(is_allowed(character) ? bytes : replacement);
    }
}

}  // namespace

std::string xml_escape(std::string_view text, XmlPlace place) {
    std::string result;
    while (!text.empty()) {
        const Decoded decoded = decode(text);
        if (decoded.length == 0) {
            result += replacement;
            text.remove_prefix(1);
            continue;
        }
        result += escaped(decoded.character, text.substr(0, decoded.length), place);
        text.remove_prefix(decoded.length);
    }
    return result;
}

}  // namespace stampede
