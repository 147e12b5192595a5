// What --list prints.
#pragma once
#include <string>
#include <vector>

#include "harts/guests/guest.h"

namespace stampede {

// Workloads and kernels; what one needs or does stands in brackets at the end of its line.
[[nodiscard]] std::string listing(const std::vector<Workload>& workloads, const Guest& foreign);
[[nodiscard]] std::string listing(const std::vector<Workload>& workloads,
                                  const std::vector<Guest>& kernels);

}  // namespace stampede
