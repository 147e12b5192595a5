#include "harts/image/elf_segments.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace stampede {
namespace {

static_assert(std::endian::native == std::endian::little,
              "structures are copied as they stand in the file");

// One PT_LOAD entry, checked against the file.
Result<ElfSegment> read_segment(const ElfBytes& file, const Elf64_Phdr& entry, unsigned index) {
    if (entry.p_filesz > entry.p_memsz) {
        return file.fail(fmt::format(
            "segment {} has {:#x} bytes in the file, expected at most its {:#x} in memory", index,
            entry.p_filesz, entry.p_memsz));
    }
    if (!file.contains(entry.p_offset, entry.p_filesz)) {
        return file.fail(
            fmt::format("segment {} takes {:#x} bytes from offset {:#x}, expected to end within "
                        "the file's {:#x}",
                        index, entry.p_filesz, entry.p_offset, file.bytes.size()));
    }
    for (const u64 address : {entry.p_paddr, entry.p_vaddr}) {
        if (address + entry.p_memsz < address) {
            return file.fail(
                fmt::format("segment {} of {:#x} bytes at {:#x} wraps around the address space, "
                            "expected to end "
                            "below 2^64",
                            index, entry.p_memsz, address));
        }
    }
    return ElfSegment{entry.p_paddr, entry.p_vaddr, entry.p_memsz,
                      file.bytes.subspan(entry.p_offset, entry.p_filesz)};
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
            return file.fail(fmt::format(
                "segment at physical {:#x} of {:#x} bytes runs into the one at {:#x}, expected "
                "segments that do not overlap",
                below.physical, below.memory_size, sorted[i]->physical));
        }
    }
    return {};
}

}  // namespace

Result<Elf64_Ehdr> read_elf_header(const ElfBytes& file) {
    if (file.bytes.size() < sizeof(Elf64_Ehdr)) {
        return file.fail(fmt::format("has {} bytes, expected at least the {} of an ELF header",
                                     file.bytes.size(), sizeof(Elf64_Ehdr)));
    }
    const auto header = file.at<Elf64_Ehdr>(0);
    const unsigned char* id = header.e_ident;
    if (std::memcmp(id, ELFMAG, SELFMAG) != 0) {
        return file.fail(fmt::format(
            "begins with the bytes {:02x} {:02x} {:02x} {:02x}, expected ELF's magic 7f 45 4c 46",
            id[0], id[1], id[2], id[3]));
    }
    if (id[EI_CLASS] != ELFCLASS64 || id[EI_DATA] != ELFDATA2LSB) {
        return file.fail(fmt::format(
            "has ELF class {} and data encoding {}, expected 2 (64-bit) and 1 (little-endian)",
            id[EI_CLASS], id[EI_DATA]));
    }
    if (header.e_machine != EM_RISCV) {
        return file.fail(
            fmt::format("is for machine {}, expected {} (RISC-V)", header.e_machine, EM_RISCV));
    }
    if (header.e_type != ET_EXEC) {
        return file.fail(
            fmt::format("has ELF type {}, expected {} (executable, linked at fixed addresses)",
                        header.e_type, ET_EXEC));
    }
    return header;
}

Result<std::vector<ElfSegment>> read_elf_segments(const ElfBytes& file, const Elf64_Ehdr& header) {
    if (header.e_phnum == 0) {
        return file.fail("has no program headers, expected at least one loadable segment");
    }
    if (header.e_phentsize != sizeof(Elf64_Phdr)) {
        return file.fail(fmt::format("has program headers of {} bytes, expected {}",
                                     header.e_phentsize, sizeof(Elf64_Phdr)));
    }
    if (!file.contains(header.e_phoff, u64{header.e_phnum} * sizeof(Elf64_Phdr))) {
        return file.fail(fmt::format(
            "has {} program headers at offset {:#x}, expected them within the file's {:#x} bytes",
            header.e_phnum, header.e_phoff, file.bytes.size()));
    }
    std::vector<ElfSegment> segments;
    u64 total = 0;  // so that loading a small hostile file does not copy it many times over
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
                fmt::format("has segments of {:#x} bytes up to segment {}, expected no more than "
                            "the file's {:#x}",
                            total, index, file.bytes.size()));
        }
        segments.push_back(std::move(*segment));
    }
    if (segments.empty()) {
        return file.fail(
            fmt::format("has no loadable segment among {} program headers, expected at least one",
                        header.e_phnum));
    }
    if (const Result<void> separate = check_overlaps(file, segments); !separate) {
        return std::unexpected(separate.error());
    }
    return segments;
}

// Through the segment whose virtual addresses hold it; some linker scripts give a physical one.
Result<u64> read_elf_entry(const ElfBytes& file, const Elf64_Ehdr& header,
                           const std::vector<ElfSegment>& segments) {
    for (const ElfSegment& segment : segments) {
        if (header.e_entry - segment.virtual_address < segment.memory_size) {
            return segment.physical + (header.e_entry - segment.virtual_address);
        }
    }
    for (const ElfSegment& segment : segments) {
        if (header.e_entry - segment.physical < segment.memory_size) {
            return header.e_entry;
        }
    }
    return file.fail(fmt::format("starts at {:#x}, expected an address within a loadable segment",
                                 header.e_entry));
}

}  // namespace stampede
