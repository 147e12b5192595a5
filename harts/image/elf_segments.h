// The part of the ELF reader that a kernel is loaded by: the file's header and its loadable
// segments.
#pragma once
#include <elf.h>

#include <vector>

#include "harts/image/elf_bytes.h"
#include "harts/image/elf_image.h"

namespace stampede {

// Error: no ELF file, or not a 64-bit little-endian RISC-V executable.
[[nodiscard]] Result<Elf64_Ehdr> read_elf_header(const ElfBytes& file);

// What PT_LOAD entries say, in the file's order; at least one. Their bytes are the file's. Error: a
// table or a segment that does not lie in the file, segments that overlap or wrap around, or that
// share the file's bytes.
[[nodiscard]] Result<std::vector<ElfSegment>> read_elf_segments(const ElfBytes& file,
                                                                const Elf64_Ehdr& header);

// e_entry as a physical address. Error: it lies in no segment.
[[nodiscard]] Result<u64> read_elf_entry(const ElfBytes& file, const Elf64_Ehdr& header,
                                         const std::vector<ElfSegment>& segments);

}  // namespace stampede
