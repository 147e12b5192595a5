#include "harts/image/elf_image.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>

#include "harts/image/elf_sections.h"
#include "harts/image/elf_segments.h"
#include "harts/image/elf_symbols.h"
#include "harts/image/file_bytes.h"

namespace stampede {

struct ElfImage::Contents {
    FileBytes bytes;
    std::string name;
    u64 entry;
    std::vector<ElfSegment> segments;
    std::vector<ElfSymbol> symbols;
    std::vector<ElfSection> debug_sections;
};

Result<ElfImage> ElfImage::parse(FileBytes bytes, std::string name) {
    const ElfBytes file{bytes.span(), name};
    const Result<Elf64_Ehdr> header = read_elf_header(file);
    if (!header) {
        return std::unexpected(header.error());
    }
    Result<std::vector<ElfSegment>> segments = read_elf_segments(file, *header);
    if (!segments) {
        return std::unexpected(segments.error());
    }
    const Result<u64> entry = read_elf_entry(file, *header, *segments);
    if (!entry) {
        return std::unexpected(entry.error());
    }
    const Result<std::vector<Elf64_Shdr>> sections = read_elf_sections(file, *header);
    if (!sections) {
        return std::unexpected(sections.error());
    }
    Result<std::vector<ElfSymbol>> symbols = read_elf_symbols(file, *sections);
    if (!symbols) {
        return std::unexpected(symbols.error());
    }
    std::vector<ElfSection> debug_sections = debug_sections_of(file, *header, *sections);
    return ElfImage(std::make_shared<const Contents>(std::move(bytes), std::move(name), *entry,
                                                     std::move(*segments), std::move(*symbols),
                                                     std::move(debug_sections)));
}

Result<ElfImage> ElfImage::parse(std::span<const std::byte> bytes, std::string name) {
    return parse(FileBytes::copy_of(bytes), std::move(name));
}

Result<ElfImage> ElfImage::read(const std::filesystem::path& path) {
    Result<FileBytes> bytes = FileBytes::read(path);
    return bytes ? parse(std::move(*bytes), path.string()) : std::unexpected(bytes.error());
}

const std::string& ElfImage::name() const { return contents_->name; }
std::size_t ElfImage::size() const { return contents_->bytes.span().size(); }
u64 ElfImage::entry() const { return contents_->entry; }
const std::vector<ElfSegment>& ElfImage::segments() const { return contents_->segments; }
const std::vector<ElfSymbol>& ElfImage::symbols() const { return contents_->symbols; }
const std::vector<ElfSection>& ElfImage::debug_sections() const {
    return contents_->debug_sections;
}

const ElfSegment& ElfImage::code() const {
    return *std::ranges::find_if(segments(), [this](const ElfSegment& one) {
        return entry() - one.physical < one.memory_size;
    });
}

u64 ElfImage::virtual_of(u64 address) const {
    for (const ElfSegment& segment : segments()) {
        if (address - segment.virtual_address < segment.memory_size) {
            return address;
        }
    }
    for (const ElfSegment& segment : segments()) {
        if (address - segment.physical < segment.memory_size) {
            return segment.virtual_address + (address - segment.physical);
        }
    }
    return address;
}

// Each segment's numbers tell where its bytes end, so no two kernels make one stream.
u64 ElfImage::hash() const {
    const std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> state(XXH3_createState(),
                                                                         XXH3_freeState);
    XXH3_64bits_reset(state.get());
    for (const ElfSegment& segment : segments()) {
        const u64 shape[] = {segment.physical, segment.virtual_address, segment.memory_size,
                             segment.bytes.size()};
        XXH3_64bits_update(state.get(), shape, sizeof shape);
        XXH3_64bits_update(state.get(), segment.bytes.data(), segment.bytes.size());
    }
    return XXH3_64bits_digest(state.get());
}

Result<u64> ElfImage::address_of(std::string_view symbol) const {
    const auto found = std::ranges::find_if(symbols(), [&](const ElfSymbol& one) {
        return one.name == symbol && one.kind != ElfSymbol::Kind::Label;
    });
    return found != symbols().end() ? Result<u64>(found->address)
                                    : error(fmt::format("{}: no symbol {}", name(), symbol));
}

const ElfSymbol* ElfImage::function_at(u64 address) const {
    const bool inside = std::ranges::any_of(segments(), [&](const ElfSegment& segment) {
        return address - segment.virtual_address < segment.memory_size;
    });
    return inside ? stampede::function_at(symbols(), address) : nullptr;
}

const ElfSymbol* ElfImage::datum_at(u64 address) const {
    return stampede::datum_at(symbols(), address);
}

std::string kernel_hash(const ElfImage& image) { return fmt::format("{:016x}", image.hash()); }

}  // namespace stampede
