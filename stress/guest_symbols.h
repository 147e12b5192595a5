// Names for guest addresses: of the kernel, and of the workload's program where a hart was in user mode.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "harts/base/types.h"
#include "harts/machine/elf.h"
#include "harts/report/finding.h"
#include "stress/guest_events.h"

namespace stampede {

class GuestSymbols {
public:
    // A program that cannot be read has no names: addresses stay numbers.
    GuestSymbols(const ElfImage& kernel, const std::filesystem::path& user_program);

    // Of a pc, or with `Return` of the call before a return address.
    enum class Address : u8 { Pc, Return };
    [[nodiscard]] SourceLocation locate(u64 address, Privilege mode, Address kind = Address::Pc) const;
    // "name+0x10", or the number where nothing is known.
    [[nodiscard]] std::string describe(u64 address, Privilege mode) const;
    // All of a place's chain.
    [[nodiscard]] FindingStack stack_of(const GuestPlace& place, std::string role) const;

private:
    [[nodiscard]] const ElfSymbol* find(u64 address, Privilege mode) const;

    std::vector<ElfSymbol> kernel_, program_;
};

}  // namespace stampede
