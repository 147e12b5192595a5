// Source files as URI references (RFC 3986), the way SARIF and code hosts name them.
#pragma once
#include <filesystem>
#include <string>

namespace stampede {

// Of a file as debug information names it, seen from the folder `root` (absolute; the
// repository's): relative where the file lies below it, else absolute, `file:///…`. Without `.` and
// `..`; every byte that a path may not hold is percent-encoded.
[[nodiscard]] std::string artifact_uri(const std::string& file, const std::filesystem::path& root);

}  // namespace stampede
