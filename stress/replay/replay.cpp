#include "stress/replay/replay.h"

#include <fmt/format.h>

#include "stress/options/option_table.h"

namespace stampede {
namespace {

// Both are complete.
Result<void> refuse_contradictions(const Options& told, const Options& settled,
                                   const std::string& name) {
    for (const OptionRow& row : option_rows()) {
        const std::optional<std::string> wanted = row.write(told), here = row.write(settled);
        if (row.part == Part::Guest && !row.place && told.given.contains(std::string(row.name)) &&
            wanted != here) {
            return error(fmt::format("{}: {}, but the command line says {}", name,
                                     here ? row.spelling() + " " + *here : "no " + row.spelling(),
                                     wanted.value_or("")));
        }
    }
    return {};
}

}  // namespace

ReplayFile replay_of(const Options& options, const GuestHashes& guest, const std::string& title) {
    ReplayFile file;
    file.version = STAMPEDE_VERSION;
    file.kernel = guest.kernel;
    file.disks = guest.disks;
    file.titles = {title};
    file.runs = options.runs;
    const Options all = options.complete();
    for (const OptionRow& row : option_rows()) {
        if (row.store != nullptr) {
            row.store(all, file);
        }
    }
    (all.is_foreign() ? file.policy : file.from).clear();
    for (std::string* const place : {&file.xv6, &file.kernel_file, &file.description}) {
        *place = place->empty() ? "" : std::filesystem::absolute(*place).lexically_normal();
    }
    return file;
}

Result<void> take_from(const ReplayFile& file, Options& options) {
    for (const OptionRow& row : option_rows()) {
        if (const Result<void> loaded =
                row.load == nullptr ? Result<void>() : row.load(file, options);
            !loaded) {
            return loaded;
        }
    }
    options.runs = file.runs;
    return {};
}

Result<Options> replayed(const Options& given, const ReplayFile& file, const std::string& name) {
    if (file.program) {
        return error(name + ": program: expected a workload");
    }
    Options options = given;
    if (const Result<void> taken = take_from(file, options); !taken) {
        return error(fmt::format("{}: {}", name, taken.error().message));
    }
    if (options.workload == shell_name || options.workload == check_up_name) {
        return error(fmt::format("{}: workload {}: expected one that runs by itself", name,
                                 options.workload));
    }
    // What an option would not take, a file may not say either.
    for (const OptionRow& row : option_rows()) {
        const bool is_there = row.load != nullptr && !row.is_default(options);
        const std::optional<std::string> said = is_there ? row.write(options) : std::nullopt;
        if (const auto sound = said ? row.read(options, *said) : Result<void>(); !sound) {
            return error(
                fmt::format("{}: {} {}: {}", name, row.name, *said, sound.error().message));
        }
    }
    for (const OptionRow& row : option_rows()) {
        if (!row.place || !given.given.contains(std::string(row.name))) {
            continue;
        }
        const std::string wanted = row.write(given).value_or("");
        if (!row.write(options)) {
            return error(fmt::format("{}: no {}, but the command line says {}", name,
                                     row.spelling(), wanted));
        }
        (void)row.read(options, wanted);
    }
    if (!options.schedule.repeatable()) {
        return error(
            fmt::format("{}: schedule {}, expected one that repeats", name, file.schedule));
    }
    Options told = given;
    // their seeds follow from it
    told.schedule = given.given.contains("schedule") ? given.schedule : options.schedule;
    const Result<void> agree = refuse_contradictions(told.complete(), options.complete(), name);
    return agree ? Result<Options>(options) : std::unexpected(agree.error());
}

Result<GuestHashes> hash_of(const Guest& guest) {
    const Result<ElfImage> kernel = ElfImage::read(guest.kernel);
    return kernel ? Result<GuestHashes>({kernel_hash(*kernel), guest.disks_hash})
                  : std::unexpected(kernel.error());
}

Result<void> check_guest(const ReplayFile& file, const std::string& name, const Guest& guest) {
    const Result<GuestHashes> now = hash_of(guest);
    if (!now) {
        return std::unexpected(now.error());
    }
    const std::string kernel = guest.kernel.lexically_normal().string();
    if (now->kernel != file.kernel) {
        return error(fmt::format("{}: made with another kernel: {} was {} then, and {} is {} now",
                                 name, file.is_foreign() ? "it" : "policy " + file.policy,
                                 file.kernel, kernel, now->kernel));
    }
    if (now->disks != file.disks) {
        return error(
            fmt::format("{}: made with another disk: it was {} then, and that of {} is {} "
                        "now",
                        name, file.disks.empty() ? "none" : file.disks, kernel,
                        now->disks.empty() ? "none" : now->disks));
    }
    return {};
}

std::filesystem::path replay_path(const std::filesystem::path& path) {
    std::error_code failure;
    return std::filesystem::is_directory(path, failure) ? path / replay_file_name : path;
}

}  // namespace stampede
