// Input that somebody types to the guest: when it can take some, and when there is nothing more to
// do.
#pragma once
#include "harts/oracles/watched.h"

namespace stampede {

struct RunListeners;

class TypedInput {
public:
    TypedInput(const RunListeners& listeners, Watched& run) : listeners_(listeners), run_(run) {}

    // At each look, harts parked. True: no more will come, the guest has said nothing for some
    // looks, and all its harts wait.
    [[nodiscard]] bool over();

private:
    const RunListeners& listeners_;
    Watched& run_;
    bool wanted_ = false;
    u64 said_ = 0;  // bytes, until the last look
    unsigned quiet_looks_ = 0;
};

}  // namespace stampede
