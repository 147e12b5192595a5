#include "harts/image/symbols.h"

#include <algorithm>
#include <string>
#include <unordered_map>

#include "harts/base/futex.h"
#include "harts/image/data_members.h"
#include "harts/image/debug_file.h"
#include "harts/image/function_name.h"
#include "harts/image/source_frames.h"

namespace stampede {
namespace {

struct Debug {
    // Each range of code takes bytes of its own, so there are fewer than the file has; else units
    // share them, which no compiler makes and which could ask for any amount of memory.
    explicit Debug(const ElfImage& image) : file(image), frames(file.dwarf(), image.size()) {}

    DebugFile file;
    SourceFrames frames;
};

}  // namespace

struct Symbols::Implementation {
    explicit Implementation(ElfImage&& whose) : image(std::move(whose)) {}

    [[nodiscard]] Debug& debug() REQUIRES(lock);
    [[nodiscard]] std::vector<SourceLocation> frames_at(u64 address) REQUIRES(lock);
    [[nodiscard]] const std::vector<SourceLocation>& known_frames_at(u64 address) REQUIRES(lock);

    [[nodiscard]] const DataTypes& data_types() REQUIRES(lock);

    const ElfImage image;
    FutexLock lock;
    std::unique_ptr<Debug> opened
        GUARDED_BY(lock);  // null: nobody has asked yet, and most runs end without
    std::optional<DataTypes> types GUARDED_BY(lock);  // likewise
    std::unordered_map<u64, std::vector<SourceLocation>> known
        GUARDED_BY(lock);  // by address: the same few are asked for again and again
};

Debug& Symbols::Implementation::debug() {
    if (opened == nullptr) {
        opened = std::make_unique<Debug>(image);
    }
    return *opened;
}

const DataTypes& Symbols::Implementation::data_types() {
    if (!types) {
        types.emplace(DataTypes::read(image));
    }
    return *types;
}

std::vector<SourceLocation> Symbols::Implementation::frames_at(u64 address) {
    std::vector<SourceLocation> frames = debug().frames.at(address);
    if (const ElfSymbol* function =
            frames.back().function.empty() ? image.function_at(address) : nullptr) {
        frames.back().function = readable_function_name(std::string(function->name));
    }
    return frames;
}

const std::vector<SourceLocation>& Symbols::Implementation::known_frames_at(u64 address) {
    constexpr std::size_t most = std::size_t{1} << 16;
    if (const auto found = known.find(address); found != known.end()) {
        return found->second;
    }
    if (known.size() == most) {
        known.clear();
    }
    return known.emplace(address, frames_at(address)).first->second;
}

Symbols::Symbols(ElfImage image)
    : implementation_(std::make_unique<Implementation>(std::move(image))) {}
Symbols::Symbols(Symbols&&) noexcept = default;
Symbols& Symbols::operator=(Symbols&&) noexcept = default;
Symbols::~Symbols() = default;

const ElfImage& Symbols::image() const { return implementation_->image; }

std::vector<SourceLocation> Symbols::frames(u64 pc, PcKind kind) const {
    const u64 before = kind == PcKind::ReturnAddress && pc != 0 ? pc - 1 : pc;
    const FutexGuard guard(implementation_->lock);
    std::vector<SourceLocation> frames =
        implementation_->known_frames_at(image().virtual_of(before));
    for (SourceLocation& frame : frames) {
        frame.pc = pc;
    }
    return frames;
}

SourceLocation Symbols::find(u64 pc, PcKind kind) const { return frames(pc, kind).front(); }

std::vector<SourceLocation> Symbols::stack(const std::vector<u64>& pcs) const {
    std::vector<SourceLocation> all;
    for (std::size_t i = 0; i < pcs.size(); ++i) {
        const std::vector<SourceLocation> at =
            frames(pcs[i], i == 0 ? PcKind::Instruction : PcKind::ReturnAddress);
        all.insert(all.end(), at.begin(), at.end());
    }
    return all;
}

std::optional<u64> Symbols::address_of(std::string_view name) const {
    const std::vector<ElfSymbol>& symbols = image().symbols();
    auto found = std::ranges::find(symbols, name, &ElfSymbol::name);
    if (found == symbols.end()) {
        found = std::ranges::find_if(symbols, [&](const ElfSymbol& symbol) {
            return readable_function_name(std::string(symbol.name)) == name;
        });
    }
    return found != symbols.end() ? std::optional(found->address) : std::nullopt;
}

const DataTypes& Symbols::data_types() const {
    const FutexGuard guard(implementation_->lock);
    return implementation_->data_types();
}

std::string Symbols::member_at(u64 object, u64 offset) const {
    const FutexGuard guard(implementation_->lock);
    return member_path(implementation_->data_types(), object, offset);
}

}  // namespace stampede
