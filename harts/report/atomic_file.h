// Files that are there whole or not at all.
#pragma once
#include <cstddef>
#include <filesystem>
#include <string_view>

#include "harts/base/error.h"

namespace stampede {

// Writes `content` beside `file` under a temporary name and renames it, so that a reader, or a kill
// in between, finds the old content or the new. Makes no folders. Error: names the file and the
// system's reason. Any thread; of two writers of one file the later rename wins.
[[nodiscard]] Result<void> write_file_atomically(const std::filesystem::path& file,
                                                 std::string_view content);

// The whole of a file, of at most `most` bytes: a larger one is an error before it is all read.
// Error: names it and the system's reason.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& file,
                                            std::size_t most = ~std::size_t{0});

}  // namespace stampede
