// Whether an access may happen now: an observer may want other harts to run first. On the hart's
// thread.
#pragma once
#include "harts/core/hart.h"

namespace stampede {

// Asks the observer where an access of `size` bytes within one page would lead. Changes nothing.
[[nodiscard]] bool observer_lets_begin(Hart& hart, u64 address, unsigned size, Access access,
                                       Contact contact);

// True where no observer wants to be asked; what faults may begin too.
[[nodiscard]] inline bool may_begin(Hart& hart, u64 address, unsigned size, Access access,
                                    Contact contact) {
    return !hart.asked_first || observer_lets_begin(hart, address, size, access, contact);
}

}  // namespace stampede
