#include "kernel/fs/archive.h"

#include "kernel/base/string.h"

namespace kernel {
namespace {

bool is_usable(const ArchiveEntry& entry, std::uint64_t archive_size) {
    const bool name_fits =
        entry.name[0] != '\0' && entry.name[stampede::abi::directory_name_size] == '\0';
    return name_fits && entry.offset % archive_alignment == 0 && entry.offset <= archive_size &&
           entry.size <= archive_size - entry.offset;
}

}  // namespace

std::optional<std::span<const ArchiveEntry>> archive_entries(std::span<const std::byte> archive) {
    if (archive.size() < sizeof(ArchiveHeader)) {
        return {};
    }
    const auto& header = *reinterpret_cast<const ArchiveHeader*>(archive.data());
    const std::uint64_t room = (archive.size() - sizeof header) / sizeof(ArchiveEntry);
    if (header.magic != ArchiveHeader::expected_magic || header.entries > room) {
        return {};
    }
    const std::span entries(reinterpret_cast<const ArchiveEntry*>(archive.data() + sizeof header),
                            header.entries);
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const bool sorted =
            i == 0 || memcmp(entries[i - 1].name, entries[i].name, sizeof entries[i].name) < 0;
        if (!sorted || !is_usable(entries[i], archive.size())) {
            return {};
        }
    }
    return entries;
}

}  // namespace kernel
