// Tables as the guest's side keeps them: a line a row, fields between " | ", lines that begin with
// # are comments.
#pragma once
#include <string_view>
#include <vector>

#include "harts/base/error.h"

namespace stampede {

struct TableRow {
    std::size_t line = 0;  // of the file, counted from 1
    std::vector<std::string_view> fields;

    // "FILE:LINE: WHY"
    [[nodiscard]] Error wrong(std::string_view file, std::string_view why) const;
};

// Each row, with `columns` fields: the last takes the rest of its line. Empty lines and comments
// are none. Error: the first line, named as in `file`, that has fewer fields, or an empty one.
[[nodiscard]] Result<std::vector<TableRow>> table_rows(std::string_view text, std::size_t columns,
                                                       std::string_view file);

// What a field lists between commas.
[[nodiscard]] std::vector<std::string_view> listed_words(std::string_view field);

// Prints what is wrong with a table that is built in, and aborts: whoever built the program has to
// mend that.
[[noreturn]] void refuse_built_in(const Error& wrong);

template <class Table>
[[nodiscard]] Table right_or_abort(Result<Table> built_in) {
    if (!built_in) {
        refuse_built_in(built_in.error());
    }
    return std::move(*built_in);
}

}  // namespace stampede
