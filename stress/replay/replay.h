// Between a replay file and the command line's options.
#pragma once
#include <string>

#include "harts/base/error.h"
#include "harts/guests/guest.h"
#include "harts/report/replay/replay_file.h"
#include "stress/options/options.h"

namespace stampede {

// What a guest is, whatever its files are called.
struct GuestHashes {
    std::string kernel, disks;  // 16 hexadecimal digits each; of disks empty where it has none
    friend bool operator==(const GuestHashes&, const GuestHashes&) = default;
};

// The file that shows `title` again: everything in `options`, whose schedule is repeatable, that
// the guest can see.
[[nodiscard]] ReplayFile replay_of(const Options& options, const GuestHashes& guest,
                                   const std::string& title);

// All that the file says of options. Error: a value that this program does not know.
[[nodiscard]] Result<void> take_from(const ReplayFile& file, Options& options);

// `given` with all that the file says. Error: an option that was given and says otherwise, or a
// value that this program does not know; begins with `name`, the file's.
[[nodiscard]] Result<Options> replayed(const Options& given, const ReplayFile& file,
                                       const std::string& name);

// Error: its kernel's file cannot be used.
[[nodiscard]] Result<GuestHashes> hash_of(const Guest& guest);

// Error: its kernel or its disks are others than the file was made with; says both hashes and
// whose.
[[nodiscard]] Result<void> check_guest(const ReplayFile& file, const std::string& name,
                                       const Guest& guest);

// The file itself, where `path` is a finding's folder.
[[nodiscard]] std::filesystem::path replay_path(const std::filesystem::path& path);

}  // namespace stampede
