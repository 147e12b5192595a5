#include "harts/report/table_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

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

Error TableRow::wrong(std::string_view file, std::string_view why) const {
    return {fmt::format("{}:{}: {}", file, line, why)};
}

Result<std::vector<TableRow>> table_rows(std::string_view text, std::size_t columns,
                                         std::string_view file) {
    std::vector<TableRow> rows;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::string_view line = take(text, "\n");
        if (line.empty() || line.starts_with('#')) {
            continue;
        }
        TableRow row{number, {}};
        std::string_view rest = line;
        while (row.fields.size() + 1 < columns) {
            row.fields.push_back(take(rest, " | "));
        }
        row.fields.push_back(rest);
        if (std::ranges::any_of(row.fields, &std::string_view::empty)) {
            return std::unexpected(row.wrong(
                file, fmt::format("`{}`: expected {} fields between ` | `, none of them empty",
                                  line, columns)));
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

std::vector<std::string_view> listed_words(std::string_view field) {
    std::vector<std::string_view> words;
    while (!field.empty()) {
        words.push_back(take(field, ", "));
    }
    return words;
}

void refuse_built_in(const Error& wrong) {
    fmt::print(stderr, "{}\n", wrong.message);
    std::abort();
}

}  // namespace stampede
