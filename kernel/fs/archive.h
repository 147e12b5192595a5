// The archive in the kernel's image from which the file system begins: a header, a sorted table of
// names and the files' bytes. Written by make_archive on the host, read in place by fs_init(). All
// integers are little endian; nothing depends on when or where it was made.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "kernel/abi/system_calls.h"

namespace kernel {

struct ArchiveHeader {
    static constexpr std::uint64_t expected_magic = 0x6576696863726173;  // "sarchive"
    std::uint64_t magic;
    std::uint32_t entries;
    std::uint32_t reserved;
    // `entries` ArchiveEntry follow, sorted by name
};

struct ArchiveEntry {
    char name[16];  // at most stampede::abi::directory_name_size characters, filled up with NUL
    std::uint64_t offset;  // bytes from the header, a multiple of archive_alignment
    std::uint64_t size;    // bytes
};
static_assert(sizeof(ArchiveHeader) == 16 && sizeof(ArchiveEntry) == 32);
inline constexpr std::uint64_t archive_alignment = 16;

// The entries of an archive, or nothing where the bytes are no whole archive: wrong magic, an entry
// past the end, an unusable or repeated name.
std::optional<std::span<const ArchiveEntry>> archive_entries(std::span<const std::byte> archive);

inline std::span<const std::byte> archive_contents(std::span<const std::byte> archive,
                                                   const ArchiveEntry& entry) {
    return archive.subspan(entry.offset, entry.size);
}

}  // namespace kernel
