#include "stress/options/needs.h"

#include <algorithm>
#include <optional>

#include "harts/guests/shelf.h"
#include "harts/guests/workloads.h"
#include "harts/report/replay/replay_file.h"
#include "stress/options/options.h"

namespace stampede {
namespace {

std::vector<std::string> needs_of(const std::string& policy, bool race) {
    const std::optional<std::filesystem::path> kernel =
        Shelf::beside_program().made_by_the_build(policy);
    if (!kernel) {
        return {};
    }
    std::vector<std::string> files{"guest" / kernel->filename()};
    if (race) {
        files.emplace_back("bin/stress-race");
    }
    return files;
}

}  // namespace

std::vector<std::string> needs(int argc, const char* const* argv) {
    const auto options = parse_options(argc, argv);
    if (!options || options->task == Task::List) {
        return {};
    }
    if (options->replay) {
        const auto file = read_replay(*options->replay);
        return file ? needs_of(file->policy, file->build == "race") : std::vector<std::string>();
    }
    const bool is_known =
        options->task == Task::Shell ||
        std::ranges::find(workloads(), options->workload, &Workload::name) != workloads().end();
    return is_known ? needs_of(options->policy, options->race) : std::vector<std::string>();
}

}  // namespace stampede
