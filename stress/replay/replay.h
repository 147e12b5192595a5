// Between a replay file and the command line's options.
#pragma once
#include <string>

#include "harts/base/error.h"
#include "harts/guests/guest.h"
#include "harts/report/replay/replay_file.h"
#include "stress/options/options.h"

namespace stampede {

// The file that shows `title` again: everything in `options`, whose schedule is repeatable, that
// the guest can see.
[[nodiscard]] ReplayFile replay_of(const Options& options, const std::string& kernel,
                                   const std::string& title);

// All that the file says of options. Error: a value that this program does not know.
[[nodiscard]] Result<void> take_from(const ReplayFile& file, Options& options);

// `given` with all that the file says. Error: an option that was given and says otherwise, or a
// value that this program does not know; begins with `name`, the file's.
[[nodiscard]] Result<Options> replayed(const Options& given, const ReplayFile& file,
                                       const std::string& name);

// The hash of its kernel. Error: its file cannot be used.
[[nodiscard]] Result<std::string> hash_of(const Guest& guest);

// Error: its kernel is another one than the file was made with; says both hashes and whose.
[[nodiscard]] Result<void> check_kernel(const ReplayFile& file, const std::string& name,
                                        const Guest& guest);

// The file itself, where `path` is a finding's folder.
[[nodiscard]] std::filesystem::path replay_path(const std::filesystem::path& path);

}  // namespace stampede
