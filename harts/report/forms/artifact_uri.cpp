#include "harts/report/forms/artifact_uri.h"

#include <fmt/format.h>

#include <string_view>

namespace stampede {
namespace {

// RFC 3986's pchar less what is percent-encoded already, and the slash. No colon: in the first
// segment of a relative reference it would end a scheme.
bool stands_for_itself(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._~!$&'()*+,;=@/").find(c) != std::string_view::npos;
}

std::string encoded(const std::string& path) {
    std::string uri;
    for (const char c : path) {
        if (stands_for_itself(c)) {
            uri += c;
        } else {
            uri += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return uri;
}

}  // namespace

std::string artifact_uri(const std::string& file, const std::filesystem::path& root) {
    const std::filesystem::path absolute = (root / file).lexically_normal();
    const std::filesystem::path relative = absolute.lexically_relative(root.lexically_normal());
    const bool below = !relative.empty() && *relative.begin() != "..";
    return below ? encoded(relative.string()) : "file://" + encoded(absolute.string());
}

}  // namespace stampede
