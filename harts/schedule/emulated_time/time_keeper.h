// Who tells the time where one host thread drives all harts and time is not the number of
// instructions.
#pragma once
#include "harts/base/types.h"

namespace stampede {

class TimeKeeper {
public:
    virtual ~TimeKeeper() = default;
    // Cycles so far, as the hart that runs sees them. Never goes back. A tick of mtime is as many
    // of them as of instructions otherwise.
    [[nodiscard]] virtual u64 cycles() const = 0;
};

}  // namespace stampede
