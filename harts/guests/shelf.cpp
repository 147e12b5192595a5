#include "harts/guests/shelf.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <ranges>

#include "harts/base/own_program.h"
#include "harts/guests/bare_loops.h"
#include "harts/guests/our_kernel.h"
#include "harts/report/nearest_names.h"
#include "harts/report/seeded_bugs.h"

namespace stampede {
namespace {

namespace files = std::filesystem;

// The policies, and the kernels that are wrong on purpose.
std::vector<std::string> kernels_of_the_build() {
    std::vector<std::string> names;
    for (const auto name : std::views::split(std::string_view(STAMPEDE_POLICIES), ' ')) {
        names.emplace_back(std::string_view(name));
    }
    std::ranges::transform(seeded_bugs(), std::back_inserter(names), &SeededBug::policy);
    std::ranges::sort(names);
    return names;
}

constexpr std::string_view guest_folder = "guest", command_folder = "bin", test_folder = "tests",
                           program_suffix = ".elf";

bool has(const std::vector<std::string>& names, const std::string& name) {
    return std::ranges::find(names, name) != names.end();
}

}  // namespace

Shelf::Shelf(files::path guests, files::path commands)
    : guests_(std::move(guests)), looked_in_{guests_}, commands_{std::move(commands)} {}

Shelf Shelf::beside_program() {
    const files::path own = own_program().parent_path(), above = own.parent_path();
    const bool packed = !our_kernels(own / guest_folder).empty();
    const files::path& root = packed ? own : above;
    Shelf shelf(root / guest_folder, own);
    shelf.looked_in_ = {own / guest_folder, above / guest_folder};
    shelf.commands_.push_back(root / command_folder);
    // where else programs lie, nobody builds kernels
    if (own.filename() == command_folder || own.filename() == test_folder) {
        shelf.built_here_ = kernels_of_the_build();
    }
    return shelf;
}

std::vector<std::string> Shelf::kernels() const { return our_kernels(guests_); }

std::vector<std::string> Shelf::right_kernels() const {
    std::vector<std::string> names = kernels();
    std::erase_if(names, [](const std::string& name) { return seeded_bug_of(name) != nullptr; });
    return names;
}

std::vector<std::string> Shelf::programs() const {
    std::vector<std::string> names;
    std::error_code absent;
    for (const auto& entry : files::directory_iterator(our_programs(guests_), absent)) {
        if (entry.path().extension() == program_suffix) {
            names.push_back(entry.path().stem());
        }
    }
    std::ranges::sort(names);
    return names;
}

std::vector<std::string> Shelf::all_names() const {
    std::vector<std::string> names;
    std::ranges::set_union(kernels(), built_here_, std::back_inserter(names));
    return names;
}

std::vector<Guest> Shelf::all() const {
    std::vector<Guest> guests;
    for (const std::string& name : all_names()) {
        guests.push_back(our_kernel(guests_, name));
    }
    return guests;
}

std::optional<files::path> Shelf::made_by_the_build(const std::string& name) const {
    return has(built_here_, name) ? std::optional(our_kernel_file(guests_, name)) : std::nullopt;
}

Result<Guest> Shelf::kernel(const std::string& name) const {
    if (has(kernels(), name)) {
        return our_kernel(guests_, name);
    }
    if (const auto file = made_by_the_build(name)) {
        return error(
            fmt::format("{}: not built yet; ci/stress builds what its arguments need, the target "
                        "`guest` all kernels",
                        file->string()));
    }
    if (const std::vector<std::string> known = all_names(); !known.empty()) {
        const bool nothing_near = nearest_names(name, known).empty();
        return error(no_such_name("policy", name, known) +
                     (nothing_near
                          ? fmt::format("; expected one of {}", fmt::join(right_kernels(), ", "))
                          : ""));
    }
    const std::string file = our_kernel_file(guests_, name).filename();
    return error(
        looked_in_.size() == 1
            ? fmt::format("there is no {} in {}; the target `guest` builds it", file,
                          guests_.string())
            : fmt::format("there is no {}, neither in {} nor in {}; the target `guest` builds it",
                          file, looked_in_.front().string(), looked_in_.back().string()));
}

Result<files::path> Shelf::program(const std::string& name) const {
    const std::vector<std::string> known = programs();
    return has(known, name)
               ? Result<files::path>(our_programs(guests_) / (name + std::string(program_suffix)))
               : error(no_such_name("program", name, known));
}

Result<files::path> Shelf::stripped_program(const std::string& name) const {
    const Result<files::path> whole = program(name);
    return whole ? Result<files::path>(our_programs(guests_) / "stripped" / name) : whole;
}

Guest Shelf::loops() const { return bare_loops(guests_); }

files::path Shelf::command(std::string_view name) const {
    for (const files::path& folder : commands_) {
        if (files::exists(folder / name)) {
            return folder / name;
        }
    }
    return commands_.front() / name;
}

files::path Shelf::source() const {
    // it lies in build/TREE/
    const files::path root = guests_.parent_path().parent_path().parent_path();
    return files::exists(root / "kernel/mm") ? root : files::path();
}

}  // namespace stampede
