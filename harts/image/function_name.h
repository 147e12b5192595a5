// Function names as people write them.
#pragma once
#include <string>

namespace stampede {

// A linkage name demangled (Itanium C++ ABI) in full. Other names as they are, and those that would
// take megabytes: a file may hold any.
[[nodiscard]] std::string demangled(const std::string& linkage_name);

// The same without parameters, return type and qualifiers: `kernel::Frames::drop`.
[[nodiscard]] std::string readable_function_name(const std::string& linkage_name);

}  // namespace stampede
