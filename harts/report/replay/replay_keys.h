// The keys of a replay file: what their values look like and where they go.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harts/base/error.h"
#include "harts/report/replay/replay_file.h"

namespace stampede {

enum class Presence : u8 { Required, Optional, Repeated };

struct ReplayKey {
    std::string_view name;
    Presence presence;
    // Error: the rest of a sentence that begins with the key's name: the value found, and what was
    // expected.
    Result<void> (*read)(ReplayFile& file, std::string_view value);
    // The values of the lines to write, one a line.
    std::vector<std::string> (*write)(const ReplayFile& file);
};

// All but `run`, in the order in which they are written.
[[nodiscard]] std::span<const ReplayKey> replay_keys();

}  // namespace stampede
