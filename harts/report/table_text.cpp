#include "harts/report/table_text.h"

#include <algorithm>

namespace stampede {
namespace {

// Cuts `text` up to the next `separator`, or all of it.
std::string_view take(std::string_view& text, std::string_view separator) {
    const std::size_t end = std::min(text.find(separator), text.size());
    const std::string_view taken = text.substr(0, end);
    text.remove_prefix(std::min(text.size(), end + separator.size()));
    return taken;
}

}  // namespace

std::vector<std::vector<std::string_view>> table_rows(std::string_view text, std::size_t columns) {
    std::vector<std::vector<std::string_view>> rows;
    while (!text.empty()) {
        std::string_view line = take(text, "\n");
        if (line.starts_with('#')) {
            continue;
        }
        std::vector<std::string_view> fields;
        while (fields.size() + 1 < columns) {
            fields.push_back(take(line, " | "));
        }
        fields.push_back(line);
        if (std::ranges::none_of(fields, &std::string_view::empty)) {
            rows.push_back(std::move(fields));
        }
    }
    return rows;
}

}  // namespace stampede
