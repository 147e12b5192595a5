#include "stress/guest_symbols.h"

#include <fmt/format.h>

#include <algorithm>

namespace stampede {

GuestSymbols::GuestSymbols(const ElfImage& kernel, const std::filesystem::path& user_program) : kernel_(kernel.symbols()) {
    if (auto program = user_program.empty() ? Result<ElfImage>(error("none")) : ElfImage::read(user_program)) {
        program_ = program->symbols();
    }
}

const ElfSymbol* GuestSymbols::find(u64 address, Privilege mode) const {
    const std::vector<ElfSymbol>& symbols = mode == Privilege::User ? program_ : kernel_;
    const auto behind = std::ranges::upper_bound(symbols, address, {}, &ElfSymbol::address);
    if (behind == symbols.begin()) {
        return nullptr;
    }
    const ElfSymbol& symbol = *std::prev(behind);
    return address - symbol.address < std::max<u64>(symbol.size, 1) ? &symbol : nullptr;
}

SourceLocation GuestSymbols::locate(u64 address, Privilege mode, Address kind) const {
    SourceLocation location;
    location.pc = address;
    if (const ElfSymbol* symbol = find(kind == Address::Return ? address - 1 : address, mode)) {
        location.function = symbol->name;
    }
    return location;
}

std::string GuestSymbols::describe(u64 address, Privilege mode) const {
    const ElfSymbol* symbol = find(address, mode);
    if (symbol == nullptr) {
        return fmt::format("{:#x}", address);
    }
    return address == symbol->address ? symbol->name : fmt::format("{}+{:#x}", symbol->name, address - symbol->address);
}

FindingStack GuestSymbols::stack_of(const GuestPlace& place, std::string role) const {
    FindingStack stack{std::move(role), {}};
    for (std::size_t n = 0; n < place.chain.size(); ++n) {
        stack.frames.push_back(locate(place.chain[n], place.mode, n == 0 ? Address::Pc : Address::Return));
    }
    return stack;
}

}  // namespace stampede
