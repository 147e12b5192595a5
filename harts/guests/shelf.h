// Where guests lie, and our own commands with them; which there are.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harts/base/error.h"
#include "harts/guests/guest.h"

namespace stampede {

inline constexpr const char* default_kernel = "kmem";

class Shelf {
public:
    // Of the running program: guest/ in its own folder, as where a build was packed up, or beside
    // that, as in a build tree.
    [[nodiscard]] static Shelf beside_program();
    // Any other: `guests` has kernel-NAME.elf and user/, `commands` the programs of the host.
    explicit Shelf(std::filesystem::path guests, std::filesystem::path commands = {});

    [[nodiscard]] bool empty() const { return kernels().empty(); }

    // The names of the kernels that there are, sorted; the same without those that are wrong on
    // purpose.
    [[nodiscard]] std::vector<std::string> kernels() const;
    [[nodiscard]] std::vector<std::string> right_kernels() const;
    // The names of the programs that run in them.
    [[nodiscard]] std::vector<std::string> programs() const;

    // All kernels that may be named, sorted: those, and in a build tree those that it can make but
    // has not made yet.
    [[nodiscard]] std::vector<Guest> all() const;
    // Where the build tree makes the kernel, whether or not it is there yet; none where there is no
    // build tree that knows it.
    [[nodiscard]] std::optional<std::filesystem::path> made_by_the_build(
        const std::string& name) const;
    // Error: it has to be built first; there is none of that name, with names that are near or else
    // all that are right, or none at all, with where it was looked for.
    [[nodiscard]] Result<Guest> kernel(const std::string& name) const;
    // Error: there is no such program, with names that are near.
    [[nodiscard]] Result<std::filesystem::path> program(const std::string& name) const;
    // The same without symbols and debug information, small enough for anybody's disk.
    [[nodiscard]] Result<std::filesystem::path> stripped_program(const std::string& name) const;
    // The loops that emulators are compared with.
    [[nodiscard]] Guest loops() const;

    // A program of the host: `stress`, `fuzz_syscalls-race`, …; where there is none, the place
    // where it should be.
    [[nodiscard]] std::filesystem::path command(std::string_view name) const;
    [[nodiscard]] bool has_command(std::string_view name) const {
        return std::filesystem::exists(command(name));
    }

    // The sources that all this was built of; empty where only the build is there.
    [[nodiscard]] std::filesystem::path source() const;

private:
    // Of the kernels that may be named, sorted.
    [[nodiscard]] std::vector<std::string> all_names() const;

    std::filesystem::path guests_;
    std::vector<std::filesystem::path> looked_in_;  // for guests
    std::vector<std::string>
        built_here_;  // the kernels that the build knows, sorted; none but in a build tree
    std::vector<std::filesystem::path> commands_;  // folders, the likeliest first
};

}  // namespace stampede
