#include "harts/report/nearest_names.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace stampede {
namespace {

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return result;
}

bool is_near(const std::string& given, const std::string& name, std::size_t distance) {
    if (given.empty()) {
        return false;
    }
    return distance <= std::max(given.size(), name.size()) / 3 || name.starts_with(given) ||
           given.starts_with(name);
}

}  // namespace

std::size_t edit_distance(std::string_view from, std::string_view to) {
    // Three rows of the table: the one before last is for swaps.
    std::vector<std::size_t> before(to.size() + 1), last(to.size() + 1), row(to.size() + 1);
    for (std::size_t j = 0; j <= to.size(); ++j) {
        last[j] = j;
    }
    for (std::size_t i = 1; i <= from.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= to.size(); ++j) {
            const std::size_t replaced = last[j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
            if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1]) {
                row[j] = std::min(row[j], before[j - 2] + 1);
            }
        }
        std::swap(before, last);
        std::swap(last, row);
    }
    return last[to.size()];
}

std::vector<std::string> nearest_names(std::string_view given, std::span<const std::string> known,
                                       std::size_t limit) {
    const std::string wanted = lower(given);
    std::vector<std::pair<std::size_t, std::size_t>> near;  // distance, index
    for (std::size_t i = 0; i < known.size(); ++i) {
        const std::string name = lower(known[i]);
        const std::size_t distance = edit_distance(wanted, name);
        if (is_near(wanted, name, distance)) {
            near.emplace_back(distance, i);
        }
    }
    std::ranges::sort(near);
    std::vector<std::string> names;
    for (std::size_t i = 0; i < std::min(limit, near.size()); ++i) {
        names.push_back(known[near[i].second]);
    }
    return names;
}

std::string no_such_name(std::string_view what, std::string_view given,
                         std::span<const std::string> known) {
    const std::vector<std::string> near = nearest_names(given, known);
    return fmt::format("there is no {} {}{}{}", what, given,
                       near.empty() ? "" : "; near: ", fmt::join(near, ", "));
}

}  // namespace stampede
