// Files that are there whole or not at all, and other places to write to.
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

// Writes `content` where a user has said that it shall go. `-` is stdout. What is no regular file
// is written into: a device, a pipe, somebody's FIFO or file descriptor (/dev/stdout, `>(jq .)`); a
// symbolic link is followed; a regular file, or one that is not there, is written as above. Error:
// names the place and what is wrong; a FIFO that nobody reads, or whose reader takes nothing for
// ten seconds, is one. SIGPIPE must be ignored.
[[nodiscard]] Result<void> write_output(const std::filesystem::path& place,
                                        std::string_view content);

// The whole of a file, of at most `most` bytes: a larger one is an error before it is all read.
// Error: names it and the system's reason.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& file,
                                            std::size_t most = ~std::size_t{0});

}  // namespace stampede
