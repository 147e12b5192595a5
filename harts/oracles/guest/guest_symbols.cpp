#include "harts/oracles/guest/guest_symbols.h"

#include <fmt/format.h>

#include <algorithm>

#include "harts/image/function_name.h"
#include "harts/report/forms/text.h"

namespace stampede {

GuestSymbols::GuestSymbols(const ElfImage& kernel, const std::filesystem::path& user_program,
                           FindProgram find_program)
    : kernel_(kernel), find_program_(std::move(find_program)) {
    if (user_program.empty()) {
        return;
    }
    if (Result<ElfImage> program = ElfImage::read(user_program)) {
        program_.emplace(std::move(*program));
    }
}

const Symbols* GuestSymbols::of(Privilege mode, const std::string& program) const {
    if (mode != Privilege::User) {
        return &kernel_;
    }
    if (!find_program_ || program.empty()) {
        return program_ ? &*program_ : nullptr;
    }
    const auto [known, is_new] = programs_.try_emplace(program);
    if (is_new) {
        const std::filesystem::path file = find_program_(program);
        if (Result<ElfImage> image = file.empty() ? error("") : ElfImage::read(file)) {
            known->second.emplace(std::move(*image));
        }
    }
    return known->second ? &*known->second : nullptr;
}

SourceLocation GuestSymbols::locate(u64 pc, Privilege mode, const std::string& program) const {
    return frames(pc, mode, PcKind::Instruction, program).front();
}

std::vector<SourceLocation> GuestSymbols::frames(u64 pc, Privilege mode, PcKind kind,
                                                 const std::string& program) const {
    if (const Symbols* symbols = of(mode, program)) {
        return symbols->frames(pc, kind);
    }
    std::vector<SourceLocation> unknown(1);
    unknown.front().pc = pc;
    return unknown;
}

bool GuestSymbols::in_image(PhysAddr address) const {
    return std::ranges::any_of(kernel_.image().segments(), [&](const ElfSegment& segment) {
        return address.value - segment.physical < segment.memory_size;
    });
}

std::string GuestSymbols::describe_physical(PhysAddr address) const {
    for (const ElfSegment& segment : kernel_.image().segments()) {
        if (address.value - segment.physical < segment.memory_size) {
            return describe_data(segment.virtual_address + (address.value - segment.physical),
                                 Privilege::Supervisor);
        }
    }
    return fmt::format("physical page {:#x}+{:#x}", address.page().value, address.offset());
}

std::string GuestSymbols::describe_code(u64 pc, Privilege mode, const std::string& program) const {
    return location_text(locate(pc, mode, program));
}

std::string GuestSymbols::describe_data(u64 address, Privilege mode,
                                        const std::string& program) const {
    const Symbols* symbols = of(mode, program);
    const ElfSymbol* datum = symbols != nullptr ? symbols->image().datum_at(address) : nullptr;
    if (datum == nullptr) {
        return fmt::format("{:#x}", address);
    }
    return demangled(std::string(datum->name)) +
           symbols->member_at(datum->address, address - datum->address);
}

std::string without_places(std::string name) {
    name.erase(std::min(name.rfind("+0x"), name.size()));
    for (std::size_t at = 0; (at = name.find('[', at)) != std::string::npos; ++at) {
        const std::size_t digits = name.find_first_not_of("0123456789", at + 1);
        name.erase(at + 1, std::min(digits, name.size()) - (at + 1));
    }
    return name;
}

FindingStack GuestSymbols::stack_of(const GuestPlace& place, std::string role) const {
    FindingStack stack{std::move(role), {}};
    stack.hart = place.hart;
    stack.pid = place.pid;
    if (!place.program.empty()) {
        stack.notes.push_back("the process ran " + place.program);
    }
    if (const Symbols* symbols = of(place.mode, place.program)) {
        stack.frames = symbols->stack(place.chain);
        // What stands above a program's beginning is left over from the one before it.
        const auto beginning = std::ranges::find(stack.frames, "_start", &SourceLocation::function);
        if (beginning != stack.frames.end()) {
            stack.frames.erase(std::next(beginning), stack.frames.end());
        }
        return stack;
    }
    for (const u64 pc : place.chain) {
        stack.frames.push_back({});
        stack.frames.back().pc = pc;
    }
    return stack;
}

}  // namespace stampede
