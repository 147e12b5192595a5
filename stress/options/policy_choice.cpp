#include "stress/options/policy_choice.h"

#include <algorithm>

#include "harts/guests/shelf.h"
#include "harts/report/nearest_names.h"

namespace stampede {
namespace {

Refusal unknown(const std::string& why) {
    return {ExitStatus::Unusable, why + "; --list names all"};
}

}  // namespace

std::expected<Guest, Refusal> find_policy(const Options& options) {
    std::vector<std::string> known;
    std::ranges::transform(workloads(), std::back_inserter(known), &Workload::name);
    known.emplace_back(shell_name);
    if (std::ranges::find(known, options.workload) == known.end()) {
        return std::unexpected(unknown(no_such_name("workload", options.workload, known)));
    }
    const Shelf shelf = Shelf::beside_program();
    auto kernel = shelf.kernel(options.policy);
    if (!kernel) {
        const bool not_built = shelf.empty() || shelf.made_by_the_build(options.policy);
        return std::unexpected(not_built ? Refusal{ExitStatus::HostLacks, kernel.error().message}
                                         : unknown(kernel.error().message));
    }
    return std::move(*kernel);
}

}  // namespace stampede
