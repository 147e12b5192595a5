// Findings of one slot's folder, moved into the campaign's.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "harts/base/error.h"

namespace stampede::campaign {

struct Adopted {
    std::vector<std::string> keys;  // of the findings
    std::vector<std::string>
        repeatable;  // those of them that were known, and can only now be shown again
    // Inputs of findings that were being filed when their process was killed: running them finds
    // them again.
    std::vector<std::string> unfiled;
};

// `from` is emptied but for what is not a finding's. Of one that `to` has already the count grows;
// its files are kept, unless only the new ones can show it again. A kill in between
// may count a finding twice, and loses none. Error: a file that cannot be read or written.
[[nodiscard]] Result<Adopted> adopt(const std::filesystem::path& from,
                                    const std::filesystem::path& to);

}  // namespace stampede::campaign
