#include "stress/options/quantity.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>
#include <span>

namespace stampede {
namespace {

struct Unit {
    std::string_view suffix;
    u64 factor;
};

constexpr std::array<Unit, 4> sizes{
    {{"", 1}, {"K", u64{1} << 10}, {"M", u64{1} << 20}, {"G", u64{1} << 30}}};
constexpr std::array<Unit, 4> times{{{"", 1}, {"s", 1}, {"m", 60}, {"h", 3600}}};

// Digits and one of the units; nothing for any other text, or a number that does not fit.
std::optional<u64> scaled(std::string_view text, std::span<const Unit> units) {
    u64 number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure != std::errc{}) {
        return std::nullopt;
    }
    const std::string_view suffix = text.substr(static_cast<std::size_t>(end - text.data()));
    for (const Unit& unit : units) {
        u64 product = 0;
        if (suffix == unit.suffix && !__builtin_mul_overflow(number, unit.factor, &product)) {
            return product;
        }
    }
    return std::nullopt;
}

}  // namespace

Result<u64> parse_number(std::string_view text, u64 least, u64 most) {
    const std::optional<u64> number = scaled(text, std::span(sizes).first(1));
    if (!number || *number < least || *number > most) {
        return error(fmt::format("{}: expected a number from {} to {}", text, least, most));
    }
    return *number;
}

Result<u64> parse_size(std::string_view text, u64 least, u64 most) {
    const std::optional<u64> bytes = scaled(text, sizes);
    if (!bytes || *bytes < least || *bytes > most) {
        return error(fmt::format("{}: expected bytes, K, M or G from {} to {}", text,
                                 size_text(least), size_text(most)));
    }
    return *bytes;
}

Result<std::chrono::seconds> parse_duration(std::string_view text, std::chrono::seconds least,
                                            std::chrono::seconds most) {
    const std::optional<u64> seconds = scaled(text, times);
    if (!seconds || *seconds < static_cast<u64>(least.count()) ||
        *seconds > static_cast<u64>(most.count())) {
        return error(fmt::format("{}: expected a time (whole s, m or h) from {}s to {}s", text,
                                 least.count(), most.count()));
    }
    return std::chrono::seconds(*seconds);
}

std::string size_text(u64 bytes) {
    for (auto unit = sizes.rbegin(); unit != sizes.rend(); ++unit) {
        if (bytes != 0 && bytes % unit->factor == 0) {
            return fmt::format("{}{}", bytes / unit->factor, unit->suffix);
        }
    }
    return "0";
}

}  // namespace stampede
