#include "stress/options/outputs.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

namespace stampede {
namespace {

namespace files = std::filesystem;

struct Output {
    const char* option;
    files::path place;
};

std::vector<Output> files_of(const Options& options) {
    std::vector<Output> all;
    const auto add = [&](const char* option, const std::optional<std::string>& place) {
        if (place && *place != "-") {
            all.push_back({option, *place});
        }
    };
    add("--json", options.json);
    add("--sarif", options.sarif);
    add("--junit", options.junit);
    add("--console", options.console);
    add("--trace", options.trace);
    return all;
}

std::string reason(int number) { return std::strerror(number); }

Result<void> check_file(const Output& output) {
    const auto fail = [&](const std::string& why) {
        return error(fmt::format("{} {}: {}", output.option, output.place.string(), why));
    };
    struct stat status{};
    if (::stat(output.place.c_str(), &status) == 0) {
        if (S_ISDIR(status.st_mode)) {
            return fail("is a folder, a file is expected");
        }
        return ::access(output.place.c_str(), W_OK) == 0
                   ? Result<void>()
                   : fail("cannot be written: " + reason(errno));
    }
    const files::path folder =
        output.place.has_parent_path() ? output.place.parent_path() : files::path(".");
    if (::stat(folder.c_str(), &status) != 0) {
        return fail(fmt::format("cannot be written: its folder: {}", reason(errno)));
    }
    if (!S_ISDIR(status.st_mode)) {
        return fail(fmt::format("cannot be written: {} is no folder", folder.string()));
    }
    return ::access(folder.c_str(), W_OK | X_OK) == 0
               ? Result<void>()
               : fail(fmt::format("cannot be written: its folder: {}", reason(errno)));
}

// The findings' folder is made where there is none, and those above it.
Result<void> check_findings_folder(const std::string& folder) {
    struct stat status{};
    files::path there = files::path(folder).lexically_normal();
    while (!there.empty() && ::stat(there.c_str(), &status) != 0 && there != there.parent_path()) {
        there = there.parent_path();
    }
    there = there.empty() ? files::path(".") : there;
    const auto fail = [&](const std::string& why) {
        return error(fmt::format("--findings {}: {}", folder, why));
    };
    if (::stat(there.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) {
        return fail(fmt::format("{} is no folder", there.string()));
    }
    return ::access(there.c_str(), W_OK | X_OK) == 0
               ? Result<void>()
               : fail(fmt::format("{} cannot be written: {}", there.string(), reason(errno)));
}

// One regular file, whatever it is called. Devices and pipes may be shared.
bool same_file(const files::path& one, const files::path& other) {
    std::error_code failure;
    if (files::exists(one, failure) && files::exists(other, failure)) {
        return files::is_regular_file(one, failure) && files::equivalent(one, other, failure);
    }
    return files::weakly_canonical(one, failure) == files::weakly_canonical(other, failure);
}

}  // namespace

Result<void> check_outputs(const Options& options) {
    const std::vector<Output> all = files_of(options);
    for (std::size_t n = 0; n < all.size(); ++n) {
        if (const Result<void> possible = check_file(all[n]); !possible) {
            return possible;
        }
        for (std::size_t before = 0; before < n; ++before) {
            if (same_file(all[n].place, all[before].place)) {
                return error(fmt::format("{} and {} are both to be {}: a file each is expected",
                                         all[before].option, all[n].option, all[n].place.string()));
            }
        }
    }
    return options.findings_folder ? check_findings_folder(*options.findings_folder)
                                   : Result<void>();
}

}  // namespace stampede
