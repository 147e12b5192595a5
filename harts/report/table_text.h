// Tables as the guest's side keeps them: a line a row, fields between " | ", lines that begin with # are comments.
#pragma once
#include <string_view>
#include <vector>

namespace stampede {

// Each line's fields, at most `columns`: the last takes the rest of its line. Lines with fewer, or with an empty one,
// are left out.
[[nodiscard]] std::vector<std::vector<std::string_view>> table_rows(std::string_view text, std::size_t columns);

}  // namespace stampede
