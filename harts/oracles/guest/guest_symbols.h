// Names for guest addresses: of the kernel, and where a hart was in user mode, of the program that
// ran: the one by that name, or the workload's where no name is known.
#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harts/base/types.h"
#include "harts/image/elf_image.h"
#include "harts/image/symbols.h"
#include "harts/oracles/guest/guest_events.h"
#include "harts/report/finding.h"

namespace stampede {

class GuestSymbols {
public:
    // Where the file of a program lies, by its process's name; empty: nobody knows.
    using FindProgram = std::function<std::filesystem::path(const std::string& name)>;

    // `user_program` may be empty or unreadable: its addresses then stay numbers.
    GuestSymbols(const ElfImage& kernel, const std::filesystem::path& user_program,
                 FindProgram find_program = {});

    // Below, `program` is the name of what ran, empty where none is known. Files of programs are
    // read when something is to be named for the first time; one thread at a time.

    // The innermost function at a pc.
    [[nodiscard]] SourceLocation locate(u64 pc, Privilege mode,
                                        const std::string& program = {}) const;
    // The frames at a pc, innermost first: functions inlined there, then the one around them.
    // `kind` as in Symbols.
    [[nodiscard]] std::vector<SourceLocation> frames(u64 pc, Privilege mode,
                                                     PcKind kind = PcKind::Instruction,
                                                     const std::string& program = {}) const;
    [[nodiscard]] bool in_image(PhysAddr address) const;  // the kernel's
    // A physical address as describe_data() has it where it lies in the kernel's image, else as a
    // page of RAM and an offset.
    [[nodiscard]] std::string describe_physical(PhysAddr address) const;
    // A pc as "function at file:line", a datum as "name", "name[3].member" or "name+0x10"; the
    // number where nothing is known.
    [[nodiscard]] std::string describe_code(u64 pc, Privilege mode,
                                            const std::string& program = {}) const;
    [[nodiscard]] std::string describe_data(u64 address, Privilege mode,
                                            const std::string& program = {}) const;
    // All of a place's chain.
    [[nodiscard]] FindingStack stack_of(const GuestPlace& place, std::string role) const;

private:
    // Null: nothing is known of what runs there.
    [[nodiscard]] const Symbols* of(Privilege mode, const std::string& program) const;

    Symbols kernel_;
    std::optional<Symbols> program_;
    FindProgram find_program_;
    // By name, as far as they were asked for; no value: it cannot be read.
    mutable std::map<std::string, std::optional<Symbols>> programs_;
};

// Such a datum's name as it is for all elements of an array: "name[].member".
[[nodiscard]] std::string without_places(std::string name);

}  // namespace stampede
