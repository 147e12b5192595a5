// Function names as people write them.
#pragma once
#include <string>

namespace stampede {

// A linkage name demangled (Itanium C++ ABI), without parameters, return type and qualifiers: `kernel::Frames::drop`.
// Other names as they are.
[[nodiscard]] std::string readable_function_name(const std::string& linkage_name);

}  // namespace stampede
