#include "fuzz/campaign/corpus/minimise_corpus.h"

#include <fmt/format.h>

#include <algorithm>

#include "fuzz/campaign/slots/fuzzer_log.h"
#include "fuzz/campaign/state/folder_lock.h"

namespace stampede::campaign {
namespace {

// Of host time: programs are run once each, some hundred a second even on a loaded host.
constexpr double least_limit_s = 120, programs_a_second = 20;

}  // namespace

Result<std::optional<Minimisation>> minimise_corpus(const Corpus& corpus,
                                                    const std::vector<Slot>& slots,
                                                    const SlotSetup& setup,
                                                    const std::filesystem::path& work,
                                                    const StopWanted& stop) {
    const SlotFolder folder{work / ("minimise." + corpus.folder().filename().string())};
    std::error_code ignored;
    std::filesystem::remove_all(folder.path, ignored);
    if (auto made = make_folders(folder.units()); !made) {
        return std::unexpected(made.error());
    }
    // libFuzzer's merge starts itself by a shell that knows nothing of quotes: it gets names
    // without a blank, whatever the folders' are.
    std::filesystem::create_directory_symlink(corpus.folder(), folder.path / "corpus", ignored);
    const std::string here = folder.path.filename().string() + "/";
    const std::set<std::string> looked_at = corpus.entries();
    u64 kept = 0;
    const double limit =
        std::max(least_limit_s, static_cast<double>(looked_at.size()) / programs_a_second);
    for (const Slot& slot : slots) {
        const std::vector<std::string> command{"env",
                                               "-C",
                                               work,
                                               setup.shelf.command(program_of(slot.kind)),
                                               "-merge=1",
                                               "-merge_control_file=" + here + "control",
                                               "-artifact_prefix=" + here,
                                               here + "new",
                                               here + "corpus"};
        // libFuzzer would go on with an old one
        std::filesystem::remove(folder.path / "control", ignored);
        const SlotFolder found{work / slot_name(slot)};
        std::optional<u64> added;
        const auto run = supervise(
            command, fuzz_environment(slot, found.findings()), {limit, limit + 10}, stop,
            [&](std::string_view line) { added = added ? added : parse_merged_files(line); });
        if (!run) {
            return std::unexpected(run.error());
        }
        // Its status is 0 as well where it has done nothing.
        if (run->end != Supervised::End::ByItself || run->status != 0 || !added) {
            std::filesystem::remove_all(folder.path, ignored);
            return std::nullopt;
        }
        kept += *added;
    }
    if (kept == 0 || kept != Corpus::units_in(folder.units())) {
        std::filesystem::remove_all(folder.path, ignored);
        return std::nullopt;
    }
    const auto gone = corpus.replace(looked_at, folder.units());
    std::filesystem::remove_all(folder.path, ignored);
    if (!gone) {
        return std::unexpected(gone.error());
    }
    return Minimisation{looked_at.size(), *gone};
}

}  // namespace stampede::campaign
