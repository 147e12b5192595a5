#include "harts/image/elf_image.h"

#include <elf.h>
#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <memory>
#include <optional>

#include "harts/image/elf_symbols.h"
#include "harts/image/file_bytes.h"

namespace stampede {
namespace {

static_assert(std::endian::native == std::endian::little, "structures are copied as they stand in the file");

Result<Elf64_Ehdr> read_header(const ElfBytes& file) {
    if (file.bytes.size() < sizeof(Elf64_Ehdr)) {
        return file.fail(fmt::format("has {} bytes, expected at least the {} of an ELF header", file.bytes.size(),
                                     sizeof(Elf64_Ehdr)));
    }
    const auto header = file.at<Elf64_Ehdr>(0);
    const unsigned char* id = header.e_ident;
    if (std::memcmp(id, ELFMAG, SELFMAG) != 0) {
        return file.fail(
            fmt::format("begins with the bytes {:02x} {:02x} {:02x} {:02x}, expected ELF's magic 7f 45 4c 46", id[0],
                        id[1], id[2], id[3]));
    }
    if (id[EI_CLASS] != ELFCLASS64 || id[EI_DATA] != ELFDATA2LSB) {
        return file.fail(fmt::format("has ELF class {} and data encoding {}, expected 2 (64-bit) and 1 (little-endian)",
                                     id[EI_CLASS], id[EI_DATA]));
    }
    if (header.e_machine != EM_RISCV) {
        return file.fail(fmt::format("is for machine {}, expected {} (RISC-V)", header.e_machine, EM_RISCV));
    }
    if (header.e_type != ET_EXEC) {
        return file.fail(fmt::format("has ELF type {}, expected {} (executable, linked at fixed addresses)",
                                     header.e_type, ET_EXEC));
    }
    return header;
}

// One PT_LOAD entry, checked against the file.
Result<ElfSegment> read_segment(const ElfBytes& file, const Elf64_Phdr& entry, unsigned index) {
    if (entry.p_filesz > entry.p_memsz) {
        return file.fail(fmt::format("segment {} has {:#x} bytes in the file, expected at most its {:#x} in memory",
                                     index, entry.p_filesz, entry.p_memsz));
    }
    if (!file.contains(entry.p_offset, entry.p_filesz)) {
        return file.fail(
            fmt::format("segment {} takes {:#x} bytes from offset {:#x}, expected to end within the file's {:#x}",
                        index, entry.p_filesz, entry.p_offset, file.bytes.size()));
    }
    for (const u64 address : {entry.p_paddr, entry.p_vaddr}) {
        if (address + entry.p_memsz < address) {
            return file.fail(
                fmt::format("segment {} of {:#x} bytes at {:#x} wraps around the address space, expected to end "
                            "below 2^64",
                            index, entry.p_memsz, address));
        }
    }
    const auto bytes = file.bytes.subspan(entry.p_offset, entry.p_filesz);
    return ElfSegment{entry.p_paddr, entry.p_vaddr, entry.p_memsz, {bytes.begin(), bytes.end()}};
}

Result<std::vector<ElfSegment>> read_segments(const ElfBytes& file, const Elf64_Ehdr& header) {
    if (header.e_phnum == 0) {
        return file.fail("has no program headers, expected at least one loadable segment");
    }
    if (header.e_phentsize != sizeof(Elf64_Phdr)) {
        return file.fail(
            fmt::format("has program headers of {} bytes, expected {}", header.e_phentsize, sizeof(Elf64_Phdr)));
    }
    if (!file.contains(header.e_phoff, u64{header.e_phnum} * sizeof(Elf64_Phdr))) {
        return file.fail(
            fmt::format("has {} program headers at offset {:#x}, expected them within the file's {:#x} bytes",
                        header.e_phnum, header.e_phoff, file.bytes.size()));
    }
    std::vector<ElfSegment> segments;
    u64 total = 0;  // so that a small hostile file cannot ask for its own size many times over
    for (unsigned index = 0; index < header.e_phnum; ++index) {
        const auto entry = file.at<Elf64_Phdr>(header.e_phoff + index * sizeof(Elf64_Phdr));
        if (entry.p_type != PT_LOAD || entry.p_memsz == 0) {
            continue;
        }
        Result<ElfSegment> segment = read_segment(file, entry, index);
        if (!segment) {
            return std::unexpected(segment.error());
        }
        total += segment->bytes.size();
        if (total > file.bytes.size()) {
            return file.fail(
                fmt::format("has segments of {:#x} bytes up to segment {}, expected no more than the file's {:#x}",
                            total, index, file.bytes.size()));
        }
        segments.push_back(std::move(*segment));
    }
    if (segments.empty()) {
        return file.fail(fmt::format("has no loadable segment among {} program headers, expected at least one",
                                     header.e_phnum));
    }
    return segments;
}

Result<void> check_overlaps(const ElfBytes& file, const std::vector<ElfSegment>& segments) {
    std::vector<const ElfSegment*> sorted;
    for (const ElfSegment& segment : segments) {
        sorted.push_back(&segment);
    }
    std::ranges::sort(sorted, {}, &ElfSegment::physical);
    for (std::size_t i = 1; i < sorted.size(); ++i) {
        const ElfSegment& below = *sorted[i - 1];
        if (below.physical + below.memory_size > sorted[i]->physical) {
            return file.fail(
                fmt::format("segment at physical {:#x} of {:#x} bytes runs into the one at {:#x}, expected "
                            "segments that do not overlap",
                            below.physical, below.memory_size, sorted[i]->physical));
        }
    }
    return {};
}

// e_entry as a physical address: through the segment whose virtual addresses hold it; some linker scripts give a
// physical one.
std::optional<u64> physical_entry(const std::vector<ElfSegment>& segments, u64 entry) {
    for (const ElfSegment& segment : segments) {
        if (entry - segment.virtual_address < segment.memory_size) {
            return segment.physical + (entry - segment.virtual_address);
        }
    }
    for (const ElfSegment& segment : segments) {
        if (entry - segment.physical < segment.memory_size) {
            return entry;
        }
    }
    return std::nullopt;
}

// Each segment's numbers tell where its bytes end, so no two kernels make one stream.
u64 hash_segments(const std::vector<ElfSegment>& segments) {
    const std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> state(XXH3_createState(), XXH3_freeState);
    XXH3_64bits_reset(state.get());
    for (const ElfSegment& segment : segments) {
        const u64 shape[] = {segment.physical, segment.virtual_address, segment.memory_size, segment.bytes.size()};
        XXH3_64bits_update(state.get(), shape, sizeof shape);
        XXH3_64bits_update(state.get(), segment.bytes.data(), segment.bytes.size());
    }
    return XXH3_64bits_digest(state.get());
}

}  // namespace

Result<ElfImage> ElfImage::parse(std::span<const std::byte> bytes, std::string name) {
    const ElfBytes file{bytes, name};
    const Result<Elf64_Ehdr> header = read_header(file);
    if (!header) {
        return std::unexpected(header.error());
    }
    Result<std::vector<ElfSegment>> segments = read_segments(file, *header);
    if (!segments) {
        return std::unexpected(segments.error());
    }
    if (const Result<void> separate = check_overlaps(file, *segments); !separate) {
        return std::unexpected(separate.error());
    }
    const std::optional<u64> entry = physical_entry(*segments, header->e_entry);
    if (!entry) {
        return file.fail(
            fmt::format("starts at {:#x}, expected an address within a loadable segment", header->e_entry));
    }
    Result<std::vector<ElfSymbol>> symbols = read_elf_symbols(file);
    if (!symbols) {
        return std::unexpected(symbols.error());
    }
    ElfImage image;
    image.hash_ = hash_segments(*segments);
    image.entry_ = *entry;
    image.segments_ = std::move(*segments);
    image.symbols_ = std::move(*symbols);
    image.name_ = std::move(name);
    return image;
}

Result<ElfImage> ElfImage::read(const std::filesystem::path& path) {
    const Result<FileBytes> bytes = FileBytes::read(path);
    return bytes ? parse(bytes->span(), path.string()) : std::unexpected(bytes.error());
}

const ElfSegment& ElfImage::code() const {
    return *std::ranges::find_if(segments_, [this](const ElfSegment& one) { return entry_ - one.physical < one.memory_size; });
}

Result<u64> ElfImage::address_of(std::string_view symbol) const {
    const auto found = std::ranges::find(symbols_, symbol, &ElfSymbol::name);
    return found != symbols_.end() ? Result<u64>(found->address) : error(fmt::format("{}: no symbol {}", name_, symbol));
}

std::string kernel_hash(const ElfImage& image) { return fmt::format("{:016x}", image.hash()); }

}  // namespace stampede
