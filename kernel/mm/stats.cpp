#include "kernel/mm/stats.h"

namespace kernel {

constinit Statistics statistics{};

}  // namespace kernel
