// Whose kernel to run.
#pragma once
#include <expected>

#include "harts/guests/guest.h"
#include "stress/options/options.h"
#include "stress/options/refusal.h"

namespace stampede {

// Which option names somebody's own kernel.
[[nodiscard]] inline std::string_view kernel_option(const Options& options) {
    return options.xv6 ? "--xv6" : "--kernel";
}

// Of ours, if workload and policy exist, else what there is that sounds like them; or somebody's
// own, if its files can be used.
[[nodiscard]] std::expected<Guest, Refusal> find_guest(const Options& options);

}  // namespace stampede
