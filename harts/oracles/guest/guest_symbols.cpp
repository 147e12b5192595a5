#include "harts/oracles/guest/guest_symbols.h"

#include <fmt/format.h>

#include <algorithm>

#include "harts/image/function_name.h"
#include "harts/report/forms/text.h"

namespace stampede {

GuestSymbols::File GuestSymbols::read(const std::filesystem::path& path) {
    File file;
    if (Result<Symbols> code = Symbols::read(path)) {
        file.code.emplace(std::move(*code));
    }
    return file;
}

GuestSymbols::GuestSymbols(const ElfImage& kernel, const std::filesystem::path& user_program)
    : kernel_(read(kernel.name())), program_(user_program.empty() ? File{} : read(user_program)) {
    kernel_.symbols = kernel.symbols();
    for (const ElfSegment& segment : kernel.segments()) {
        image_.push_back({segment.physical, segment.virtual_address, segment.memory_size});
    }
    if (const Result<ElfImage> program = ElfImage::read(user_program); !user_program.empty() && program) {
        program_.symbols = program->symbols();
    }
}

SourceLocation GuestSymbols::locate(u64 pc, Privilege mode) const {
    const File& file = file_of(mode);
    if (file.code) {
        return file.code->find(pc);
    }
    SourceLocation location;
    location.pc = pc;
    return location;
}

std::vector<SourceLocation> GuestSymbols::frames(u64 pc, Privilege mode, PcKind kind) const {
    const File& file = file_of(mode);
    if (file.code) {
        return file.code->frames(pc, kind);
    }
    std::vector<SourceLocation> unknown(1);
    unknown.front().pc = pc;
    return unknown;
}

bool GuestSymbols::in_image(PhysAddr address) const {
    return std::ranges::any_of(image_, [&](const Piece& piece) { return address.value - piece.physical < piece.size; });
}

std::string GuestSymbols::describe_physical(PhysAddr address) const {
    for (const Piece& piece : image_) {
        if (address.value - piece.physical < piece.size) {
            return describe_data(piece.address + (address.value - piece.physical), Privilege::Supervisor);
        }
    }
    return fmt::format("physical page {:#x}+{:#x}", address.page().value, address.offset());
}

std::string GuestSymbols::describe_code(u64 pc, Privilege mode) const { return location_text(locate(pc, mode)); }

std::string GuestSymbols::describe_data(u64 address, Privilege mode) const {
    const std::vector<ElfSymbol>& symbols = file_of(mode).symbols;
    const auto behind = std::ranges::upper_bound(symbols, address, {}, &ElfSymbol::address);
    if (behind == symbols.begin() || address - std::prev(behind)->address >= std::prev(behind)->size) {
        return fmt::format("{:#x}", address);
    }
    const ElfSymbol& symbol = *std::prev(behind);
    const u64 offset = address - symbol.address;
    const std::string name = demangled(symbol.name);
    if (const auto& code = file_of(mode).code) {
        return name + code->member_at(symbol.address, offset);
    }
    return offset == 0 ? name : fmt::format("{}+{:#x}", name, offset);
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
    const File& file = file_of(place.mode);
    if (file.code) {
        stack.frames = file.code->stack(place.chain);
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
