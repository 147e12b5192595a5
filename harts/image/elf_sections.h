// The part of the ELF reader that knows sections: their headers, and which of them hold debug
// information.
#pragma once
#include <elf.h>

#include <optional>
#include <string_view>
#include <vector>

#include "harts/image/elf_bytes.h"
#include "harts/image/elf_image.h"

namespace stampede {

// None if the file has none. What a header says of its section is not checked. Error: headers that
// do not lie in the file.
[[nodiscard]] Result<std::vector<Elf64_Shdr>> read_elf_sections(const ElfBytes& file,
                                                                const Elf64_Ehdr& header);

// The string at an offset of a string table that lies in the file; nothing if it does not end
// within the table.
[[nodiscard]] std::optional<std::string_view> string_at(const ElfBytes& file,
                                                        const Elf64_Shdr& strings, u64 offset);

// As ElfImage::debug_sections().
[[nodiscard]] std::vector<ElfSection> debug_sections_of(const ElfBytes& file,
                                                        const Elf64_Ehdr& header,
                                                        const std::vector<Elf64_Shdr>& sections);

}  // namespace stampede
