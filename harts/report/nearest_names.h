// What somebody probably meant.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace stampede {

// Insertions, deletions, replacements and swaps of neighbours that lead from one to the other
// (optimal string alignment).
[[nodiscard]] std::size_t edit_distance(std::string_view from, std::string_view to);

// Of `known`, those near `given`, nearest first, in their own order where equally near, at most
// `limit`. Near: within a third of the longer one's length, or one begins with the other. Letters'
// case does not count. Empty when none is near.
[[nodiscard]] std::vector<std::string> nearest_names(std::string_view given,
                                                     std::span<const std::string> known,
                                                     std::size_t limit = 3);

// "there is no WHAT GIVEN; near: a, b": the refusal of a name that none of `known` is.
[[nodiscard]] std::string no_such_name(std::string_view what, std::string_view given,
                                       std::span<const std::string> known);

}  // namespace stampede
