#include "harts/guests/guest.h"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "harts/image/elf_image.h"
#include "kernel/abi/kernel_facts.h"

namespace stampede {
namespace {

std::optional<std::byte> byte_at(const ElfImage& image, u64 virtual_address) {
    for (const ElfSegment& segment : image.segments()) {
        if (virtual_address - segment.virtual_address < segment.bytes.size()) {
            return segment.bytes[virtual_address - segment.virtual_address];
        }
    }
    return std::nullopt;
}

}  // namespace

std::filesystem::path Guest::program(std::string_view program_name) const {
    return programs.empty() ? programs : programs / (std::string(program_name) + ".elf");
}

std::string Guest::why_not(const Workload& workload) const {
    if (!works_at_prompt()) {
        return "";
    }
    if (std::ranges::find(own_programs, workload.name) != own_programs.end()) {
        return "its own program of that name runs instead";
    }
    return workload.needs_own_calls ? "is about system calls that it has not" : "";
}

bool Guest::can_pass(const Workload& workload) const {
    return !workload.needs_sharing || on_fork != OnFork::Copies;
}

OnFork on_fork_of(const std::filesystem::path& kernel) {
    const Result<ElfImage> image = ElfImage::read(kernel);
    const Result<u64> address =
        image ? image->address_of(STAMPEDE_SHARES_ON_FORK) : std::unexpected(image.error());
    const std::optional<std::byte> told = address ? byte_at(*image, *address) : std::nullopt;
    return !told ? OnFork::Unknown : *told == std::byte{0} ? OnFork::Copies : OnFork::Shares;
}

}  // namespace stampede
