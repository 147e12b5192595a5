// Whose kernel to run.
#pragma once
#include <expected>

#include "harts/guests/guest.h"
#include "stress/options/options.h"
#include "stress/options/refusal.h"

namespace stampede {

// If workload and policy exist; else what there is that sounds like them.
[[nodiscard]] std::expected<Guest, Refusal> find_policy(const Options& options);

}  // namespace stampede
