// Random programs on two machines: where they differ, and the least that differs.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harts/base/error.h"
#include "harts/tests/programs/body.h"
#include "harts/tests/programs/image.h"

namespace stampede {

// Runs an image to its end; gives what it wrote.
using Runner = std::function<Result<std::string>(std::span<const std::byte>)>;

struct Contestants {
    std::string first_name;
    Runner first;
    std::string second_name;
    Runner second;
};

// The first body of `bodies` (placed) whose line differs; nothing when all agree. Error: a
// runner's.
[[nodiscard]] Result<std::optional<std::size_t>> first_difference(
    const Contestants& contestants, std::span<const programs::Body> bodies);

// Takes away items of `body` while it still differs when it is alone.
[[nodiscard]] programs::Body shrink(const Contestants& contestants, const programs::Body& body);

// What differs, then how `body` starts, and its instructions.
[[nodiscard]] std::string describe_difference(const Contestants& contestants,
                                              const programs::Body& body);

}  // namespace stampede
