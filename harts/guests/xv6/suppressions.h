// What kernels in the manner of xv6 do by design, and race detection reports:
// harts/guests/xv6/suppressions.txt, built in.
#pragma once
#include "harts/oracles/findings/suppressions.h"

namespace stampede {

[[nodiscard]] const Suppressions& xv6_suppressions();

}  // namespace stampede
