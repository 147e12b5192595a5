// Makes small ELF files for tests, valid unless the test says otherwise.
#pragma once
#include <elf.h>

#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "harts/base/types.h"

namespace stampede {

struct ElfBuilder {
    struct Segment {
        u64 virtual_address;
        u64 physical;
        std::string bytes;
        u64 memory_size;
    };
    struct Symbol {
        u64 address;
        u64 size;
        std::string name;
        unsigned type = STT_FUNC;
        u16 section = SHN_ABS;
    };

    u64 entry = 0x8000'0000;
    std::vector<Segment> segments{{0x8000'0000, 0x8000'0000, "text", 4}};
    std::vector<Symbol> symbols;

    // Layout: header, program headers, the segments' bytes, then (if there are symbols) strings,
    // symbols, section headers (null, strings, symbols).
    [[nodiscard]] std::vector<std::byte> build() const {
        std::vector<std::byte> file(sizeof(Elf64_Ehdr) + segments.size() * sizeof(Elf64_Phdr));
        Elf64_Ehdr header{};
        std::memcpy(header.e_ident, ELFMAG, SELFMAG);
        header.e_ident[EI_CLASS] = ELFCLASS64;
        header.e_ident[EI_DATA] = ELFDATA2LSB;
        header.e_ident[EI_VERSION] = EV_CURRENT;
        header.e_type = ET_EXEC;
        header.e_machine = EM_RISCV;
        header.e_version = EV_CURRENT;
        header.e_entry = entry;
        header.e_phoff = sizeof(Elf64_Ehdr);
        header.e_ehsize = sizeof(Elf64_Ehdr);
        header.e_phentsize = sizeof(Elf64_Phdr);
        header.e_phnum = static_cast<u16>(segments.size());
        for (std::size_t i = 0; i < segments.size(); ++i) {
            const Segment& segment = segments[i];
            Elf64_Phdr entry_header{};
            entry_header.p_type = PT_LOAD;
            entry_header.p_flags = PF_R | PF_W | PF_X;
            entry_header.p_offset = file.size();
            entry_header.p_vaddr = segment.virtual_address;
            entry_header.p_paddr = segment.physical;
            entry_header.p_filesz = segment.bytes.size();
            entry_header.p_memsz = segment.memory_size;
            put(file, sizeof(Elf64_Ehdr) + i * sizeof(Elf64_Phdr), entry_header);
            append(file, std::as_bytes(std::span(segment.bytes)));
        }
        if (!symbols.empty()) {
            append_symbols(file, header);
        }
        put(file, 0, header);
        return file;
    }

    template <class T>
    static void put(std::vector<std::byte>& file, u64 offset, const T& value) {
        std::memcpy(file.data() + offset, &value, sizeof value);
    }
    template <class T>
    static T get(const std::vector<std::byte>& file, u64 offset) {
        T value;
        std::memcpy(&value, file.data() + offset, sizeof value);
        return value;
    }

private:
    static void append(std::vector<std::byte>& file, std::span<const std::byte> bytes) {
        file.insert(file.end(), bytes.begin(), bytes.end());
    }
    void append_symbols(std::vector<std::byte>& file, Elf64_Ehdr& header) const {
        std::string strings(1, '\0');
        std::vector<Elf64_Sym> table(1);
        for (const Symbol& symbol : symbols) {
            Elf64_Sym entry_symbol{};
            entry_symbol.st_name = static_cast<u32>(strings.size());
            entry_symbol.st_info = static_cast<u8>(ELF64_ST_INFO(STB_GLOBAL, symbol.type));
            entry_symbol.st_shndx = symbol.section;
            entry_symbol.st_value = symbol.address;
            entry_symbol.st_size = symbol.size;
            table.push_back(entry_symbol);
            strings += symbol.name;
            strings += '\0';
        }
        Elf64_Shdr sections[3]{};
        sections[1].sh_type = SHT_STRTAB;
        sections[1].sh_offset = file.size();
        sections[1].sh_size = strings.size();
        append(file, std::as_bytes(std::span(strings)));
        sections[2].sh_type = SHT_SYMTAB;
        sections[2].sh_offset = file.size();
        sections[2].sh_size = table.size() * sizeof(Elf64_Sym);
        sections[2].sh_entsize = sizeof(Elf64_Sym);
        sections[2].sh_link = 1;
        append(file, std::as_bytes(std::span(table)));
        header.e_shoff = file.size();
        header.e_shentsize = sizeof(Elf64_Shdr);
        header.e_shnum = 3;
        append(file, std::as_bytes(std::span(sections)));
    }
};

}  // namespace stampede
