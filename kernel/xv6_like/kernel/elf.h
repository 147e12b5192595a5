#pragma once
#include "types.h"
#define ELF_MAGIC 0x464c457fU
#define ELF_PROG_LOAD 1
#define ELF_PROG_FLAG_EXEC 1
#define ELF_PROG_FLAG_WRITE 2
struct elfhdr {
    uint magic;
    uchar ident[12];
    ushort type, machine;
    uint version;
    uint64 entry, phoff, shoff;
    uint flags;
    ushort ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};
struct proghdr {
    uint type, flags;
    uint64 off, vaddr, paddr, filesz, memsz, align;
};
