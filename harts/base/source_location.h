// A place in the guest's source, as far as it could be learned.
#pragma once
#include <string>

#include "harts/base/types.h"

namespace stampede {

struct SourceLocation {
    std::string function;
    std::string file;
    u32 line = 0;
    u64 pc = 0;
};

}  // namespace stampede
