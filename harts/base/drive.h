// Who drives a machine's harts.
#pragma once
#include "harts/base/types.h"

namespace stampede {

enum class Drive : u8 {
    ThreadAHart,  // each hart has a host thread of its own: in parallel, and nothing is the same
                  // twice
    OneThread,    // one host thread lets them run by turns: a schedule decides, and the run repeats
};

}  // namespace stampede
