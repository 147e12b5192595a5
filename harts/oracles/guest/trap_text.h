// What a kernel prints of a trap that it did not expect.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "harts/base/types.h"

namespace stampede {

// The number behind `word` in `line`, in `base`.
[[nodiscard]] std::optional<u64> number_behind(std::string_view line, std::string_view word,
                                               int base);

// "kernel trap: scause 0xd sepc …" has `before` "kernel trap:" and `cause` "load page fault".
struct TrapText {
    std::string before;
    std::string cause;
};

// Nothing where the text names no exception.
[[nodiscard]] std::optional<TrapText> read_trap(std::string_view text);

}  // namespace stampede
