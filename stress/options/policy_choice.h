// Whose kernel to run.
#pragma once
#include <expected>

#include "stress/options/options.h"
#include "stress/options/refusal.h"
#include "stress/workloads.h"

namespace stampede {

// If workload and policy exist; else what there is that sounds like them.
[[nodiscard]] std::expected<Policy, Refusal> find_policy(const Options& options);

}  // namespace stampede
