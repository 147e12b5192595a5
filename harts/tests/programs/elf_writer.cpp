#include "harts/tests/programs/elf_writer.h"

#include <elf.h>

#include <cstring>

namespace stampede::programs {

std::vector<std::byte> elf_around(std::span<const u8> image, u64 base) {
    // a segment's offset and address agree modulo the page size
    constexpr u64 image_offset = page_size;
    Elf64_Ehdr header{};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_ident[EI_VERSION] = EV_CURRENT;
    header.e_type = ET_EXEC;
    header.e_machine = EM_RISCV;
    header.e_version = EV_CURRENT;
    header.e_entry = base;
    header.e_phoff = sizeof(Elf64_Ehdr);
    header.e_ehsize = sizeof(Elf64_Ehdr);
    header.e_phentsize = sizeof(Elf64_Phdr);
    header.e_phnum = 1;
    header.e_flags = EF_RISCV_RVC;
    Elf64_Phdr segment{};
    segment.p_type = PT_LOAD;
    segment.p_flags = PF_R | PF_W | PF_X;
    segment.p_offset = image_offset;
    segment.p_vaddr = base;
    segment.p_paddr = base;
    segment.p_filesz = image.size();
    segment.p_memsz = image.size();
    segment.p_align = page_size;
    std::vector<std::byte> file(image_offset + image.size());
    std::memcpy(file.data(), &header, sizeof header);
    std::memcpy(file.data() + sizeof header, &segment, sizeof segment);
    std::memcpy(file.data() + image_offset, image.data(), image.size());
    return file;
}

}  // namespace stampede::programs
