// ELF-64 files (System V ABI, chapters "ELF Header" and "Program Header"), as exec reads them.
#pragma once
#include <cstdint>

namespace kernel {

struct ElfHeader {
    static constexpr std::uint32_t expected_magic = 0x464c457f;  // 0x7f "ELF"
    static constexpr std::uint8_t class_64 = 2, little_endian = 1;
    static constexpr std::uint16_t machine_riscv = 243;

    std::uint32_t magic;
    std::uint8_t file_class;
    std::uint8_t data;
    std::uint8_t rest_of_identification[10];
    std::uint16_t type;
    std::uint16_t machine;
    std::uint32_t version;
    std::uint64_t entry;
    std::uint64_t program_headers;  // file offset
    std::uint64_t section_headers;
    std::uint32_t flags;
    std::uint16_t header_size;
    std::uint16_t program_header_size;
    std::uint16_t program_header_count;
    std::uint16_t section_header_size;
    std::uint16_t section_header_count;
    std::uint16_t section_names;
};
static_assert(sizeof(ElfHeader) == 64);

struct ElfSegment {
    static constexpr std::uint32_t type_load = 1;
    static constexpr std::uint32_t flag_execute = 1, flag_write = 2;

    std::uint32_t type;
    std::uint32_t flags;
    std::uint64_t offset;
    std::uint64_t address;
    std::uint64_t physical_address;
    std::uint64_t file_bytes;
    std::uint64_t memory_bytes;
    std::uint64_t alignment;
};
static_assert(sizeof(ElfSegment) == 56);

}  // namespace kernel
