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
        if (row.part == Part::Guest && told.given.contains(std::string(row.name)) &&
            wanted != here) {
            return error(fmt::format("{}: {}, but the command line says {}", name,
                                     here ? row.spelling() + " " + *here : "no " + row.spelling(),
                                     wanted.value_or("")));
        }
    }
    return {};
}

}  // namespace

ReplayFile replay_of(const Options& options, const std::string& kernel, const std::string& title) {
    ReplayFile file;
    file.version = STAMPEDE_VERSION;
    file.kernel = kernel;
    file.titles = {title};
    file.runs = options.runs;
    const Options all = options.complete();
    for (const OptionRow& row : option_rows()) {
        if (row.store != nullptr) {
            row.store(all, file);
        }
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

Result<std::string> hash_of(const Guest& guest) {
    const Result<ElfImage> kernel = ElfImage::read(guest.kernel);
    return kernel ? Result<std::string>(kernel_hash(*kernel)) : std::unexpected(kernel.error());
}

Result<void> check_kernel(const ReplayFile& file, const std::string& name, const Guest& guest) {
    const Result<std::string> hash = hash_of(guest);
    if (!hash) {
        return std::unexpected(hash.error());
    }
    if (*hash != file.kernel) {
        return error(fmt::format(
            "{}: made with another kernel: policy {} was {} then, and {} is {} now", name,
            file.policy, file.kernel, guest.kernel.lexically_normal().string(), *hash));
    }
    return {};
}

std::filesystem::path replay_path(const std::filesystem::path& path) {
    std::error_code failure;
    return std::filesystem::is_directory(path, failure) ? path / replay_file_name : path;
}

}  // namespace stampede
