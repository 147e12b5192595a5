// The part of the ELF reader that knows names: the symbol tables.
#pragma once
#include <elf.h>

#include <span>
#include <vector>

#include "harts/image/elf_bytes.h"
#include "harts/image/elf_image.h"

namespace stampede {

// Of every symbol table, by address, at one address the longest last. Error: a symbol table, a
// string or a link between them that does not lie in the file; names that are far longer in sum
// than the file.
[[nodiscard]] Result<std::vector<ElfSymbol>> read_elf_symbols(
    const ElfBytes& file, const std::vector<Elf64_Shdr>& sections);

// In such a vector; null: none. As ElfImage has them.
[[nodiscard]] const ElfSymbol* function_at(std::span<const ElfSymbol> symbols, u64 address);
[[nodiscard]] const ElfSymbol* datum_at(std::span<const ElfSymbol> symbols, u64 address);

}  // namespace stampede
