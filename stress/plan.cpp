#include "stress/plan.h"

#include <fmt/format.h>

#include "harts/guests/xv6/suppressions.h"
#include "harts/image/symbols.h"
#include "harts/observe/kernel/allocator.h"
#include "harts/observe/kernel/kernel_description.h"
#include "stress/options/guest_choice.h"
#include "stress/run/setup.h"

namespace stampede {
namespace {

// not even those that are built in
constexpr std::string_view no_suppressions = "none";

// What is wrong with an option's file.
Error about(std::string_view option, const Error& why) {
    return option.empty() ? why : Error{fmt::format("{}: {}", option, why.message)};
}

// A kernel with fewer hart structures than harts overwrites what stands behind them. What was not
// asked for gives way.
Result<void> harts_fit(Options& options, const Guest& guest) {
    const Result<ElfImage> file = ElfImage::read(guest.kernel);
    if (!file) {
        return std::unexpected(file.error());
    }
    const Symbols symbols(*file);
    const Result<KernelDescription> kernel = describe_kernel(symbols);
    if (!kernel || !kernel->harts || options.cpus <= kernel->harts->count) {
        return {};
    }
    if (options.given.contains("cpus")) {
        return error(fmt::format("--cpus {}: {} has room for {} harts, in {}", options.cpus,
                                 guest.kernel.string(), kernel->harts->count, kernel->harts->name));
    }
    options.cpus = static_cast<unsigned>(kernel->harts->count);
    return {};
}

// Where the calls come to that are to fail.
Result<PhysAddr> allocator_of(const Guest& guest, const DescriptionFile& said) {
    const Result<ElfImage> file = ElfImage::read(guest.kernel);
    if (!file) {
        return std::unexpected(file.error());
    }
    const Inferred<u64> function = find_function(*file, usual_allocator, said.allocate);
    if (!function) {
        return error(
            fmt::format("{}: {}, whose calls could fail; expected one, or --description "
                        "FILE with `allocate FUNCTION` in it",
                        guest.kernel.string(), function.how));
    }
    for (const ElfSegment& segment : file->segments()) {
        if (const u64 offset = *function - segment.virtual_address; offset < segment.memory_size) {
            return PhysAddr{segment.physical + offset};
        }
    }
    return error(fmt::format("{}: {} at {:#x} lies in no segment", guest.kernel.string(),
                             function.how, *function));
}

}  // namespace

RunSetup Plan::setup(const Options& wanted) const {
    RunSetup setup = setup_of(wanted, guest);
    setup.kernel_hash = hashes.kernel;
    setup.race = wanted.race ? make_race_detection : nullptr;
    setup.suppressions = suppressions;
    setup.said = said;
    if (wanted.is_foreign() && wanted.fail_allocation) {
        setup.failing_call = {allocator, *wanted.fail_allocation};
    }
    if (replay) {
        setup.wanted = replay->titles;
        setup.wanted_enough = setup.wanted.size();
        // what shows once must name who changed the table
        setup.tables = Tables::WatchedFromTheStart;
    }
    return setup;
}

Result<RunSetup> Plan::trial_setup(const ReplayFile& file) const {
    Options settings = options;
    settings.given.clear();
    settings.task = Task::Run;
    settings.trace.reset();
    const Result<Options> of_file = replayed(settings, file, "a trial");
    if (!of_file) {
        return std::unexpected(of_file.error());
    }
    RunSetup setup = this->setup(*of_file);
    setup.tables = Tables::WatchedWhenNeeded;
    return setup;
}

bool Plan::needs_trials() const {
    return way() == Way::Repeat || way() == Way::Minimize || search_time() ||
           minimizes_findings() || sweeps_from_prompt();
}

bool Plan::sweeps_from_prompt() const {
    return way() == Way::EachFailure && guest.works_at_prompt() && options.schedule.repeatable() &&
           options.from == forms::StartFrom::Prompt;
}

Way Plan::way() const {
    if (replay) {
        return options.minimize ? Way::Minimize : options.times > 1 ? Way::Repeat : Way::Once;
    }
    return options.fail_allocations        ? Way::EachFailure
           : options.task == Task::CheckUp ? Way::CheckUp
                                           : Way::Once;
}

std::optional<std::chrono::seconds> Plan::search_time() const {
    const bool can_be = way() == Way::Once || way() == Way::CheckUp;
    return can_be && !options.schedule.repeatable() ? options.search : std::nullopt;
}

std::expected<Plan, Refusal> make_plan(const Options& options, std::vector<std::string> command,
                                       std::optional<ReplayFile> replay,
                                       MakeRaceDetection make_race_detection) {
    const auto unusable = [](const Error& why) {
        return std::unexpected(Refusal{ExitStatus::Unusable, why.message});
    };
    const auto guest = find_guest(options);
    if (!guest) {
        return std::unexpected(guest.error());
    }
    Plan plan{
        options, std::move(command), make_race_detection, std::move(replay), *guest, {}, {}, {},
        {}};
    Result<GuestHashes> hashes = hash_of(plan.guest);
    if (!hashes) {
        return unusable(about(options.is_foreign() ? kernel_option(options) : "", hashes.error()));
    }
    plan.hashes = std::move(*hashes);
    if (options.is_foreign()) {
        plan.suppressions = xv6_suppressions();
        if (const Result<void> fits = harts_fit(plan.options, plan.guest); !fits) {
            return unusable(fits.error());
        }
    }
    if (const Result<Start> start = start_of(options, plan.guest); !start) {
        return unusable(start.error());
    }
    if (options.description) {
        Result<DescriptionFile> said = DescriptionFile::read(*options.description);
        if (!said) {
            return unusable(about("--description", said.error()));
        }
        plan.said = std::move(*said);
    }
    if (options.is_foreign() && (options.fail_allocation || options.fail_allocations)) {
        const Result<PhysAddr> allocator = allocator_of(plan.guest, plan.said);
        if (!allocator) {
            return unusable(allocator.error());
        }
        plan.allocator = *allocator;
    }
    if (options.suppressions == no_suppressions) {
        plan.suppressions = {};
    } else if (options.suppressions) {
        auto suppressions = Suppressions::read(*options.suppressions);
        if (!suppressions) {
            return unusable(suppressions.error());
        }
        plan.suppressions.add(*suppressions);
    }
    if (plan.replay) {
        const auto same =
            check_guest(*plan.replay, replay_path(*options.replay).string(), plan.guest);
        if (!same) {
            return unusable(same.error());
        }
    }
    return plan;
}

}  // namespace stampede
