// One thing that was looked for in a kernel that tells nothing of itself.
#pragma once
#include <string>

namespace stampede {

struct InferredPart {
    std::string name;  // "counts"
    bool found = false;
    std::string how;  // with what evidence, or what was found instead
    friend bool operator==(const InferredPart&, const InferredPart&) = default;
};

}  // namespace stampede
