// What part of a variable lies at an offset, by its type.
#pragma once
#include <string>

#include "harts/image/data_types.h"

namespace stampede {

// Of the variable at `object`: "[30].lock.word_"; behind what is known comes the rest, "[30]+0x8";
// "" for the beginning of what is neither array nor structure. Members of the standard library's
// own (_M_…) are left out. Any thread.
[[nodiscard]] std::string member_path(const DataTypes& types, u64 object, u64 offset);

}  // namespace stampede
