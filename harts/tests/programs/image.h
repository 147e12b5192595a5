// Runtime and bodies as one ELF file.
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "harts/tests/programs/body.h"
#include "harts/tests/programs/runtime.h"

namespace stampede::programs {

// How many bodies fit for certain.
inline constexpr std::size_t bodies_in_an_image = 400;

// Gives every body its address, one after the other, so that some instructions straddle pages.
void place(std::span<Body> bodies);

// `bodies` have been placed, together or in different images.
[[nodiscard]] std::vector<std::byte> make_image(std::span<const Body> bodies, Detail detail);

// What the lines of Detail::Everything mean for `body`, in order; the last is "hash".
[[nodiscard]] std::vector<std::string> dump_names(const Body& body);

}  // namespace stampede::programs
