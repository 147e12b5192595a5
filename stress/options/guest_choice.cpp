#include "stress/options/guest_choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

#include "harts/guests/shelf.h"
#include "harts/guests/xv6/tree.h"
#include "harts/report/nearest_names.h"

namespace stampede {
namespace {

Refusal unknown(const std::string& why) {
    return {ExitStatus::Unusable, why + "; --list names all"};
}

std::expected<Guest, Refusal> find_foreign(const Options& options) {
    const Shelf shelf = Shelf::beside_program();
    std::vector<std::filesystem::path> disks;
    if (options.disks) {
        for (const auto disk : std::views::split(*options.disks, ',')) {
            disks.emplace_back(std::string_view(disk));
        }
    }
    Result<Guest> guest = options.xv6 ? xv6_tree(*options.xv6, shelf)
                                      : xv6_kernel(*options.kernel_file, disks, shelf);
    if (!guest) {
        return std::unexpected(
            Refusal{ExitStatus::Unusable,
                    fmt::format("{}: {}", kernel_option(options), guest.error().message)});
    }
    return std::move(*guest);
}

}  // namespace

std::expected<Guest, Refusal> find_guest(const Options& options) {
    if (options.is_foreign()) {
        return find_foreign(options);
    }
    std::vector<std::string> known;
    std::ranges::transform(workloads(), std::back_inserter(known), &Workload::name);
    known.emplace_back(shell_name);
    known.emplace_back(check_up_name);
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
