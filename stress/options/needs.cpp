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

// Somebody's own kernel is there; of ours it may want any program.
std::vector<std::string> needs_of_foreign(bool race) {
    std::vector<std::string> files{"guest/user/archive.bin"};
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
        return !file                ? std::vector<std::string>()
               : file->is_foreign() ? needs_of_foreign(file->build == "race")
                                    : needs_of(file->policy, file->build == "race");
    }
    if (options->is_foreign()) {
        return needs_of_foreign(options->race);
    }
    const bool is_known =
        options->task == Task::Shell || options->task == Task::CheckUp ||
        std::ranges::find(workloads(), options->workload, &Workload::name) != workloads().end();
    return is_known ? needs_of(options->policy, options->race) : std::vector<std::string>();
}

}  // namespace stampede
