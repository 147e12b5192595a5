#include "kernel/fs/directory.h"

#include "kernel/base/print.h"
#include "kernel/base/string.h"

namespace kernel {
namespace {

using stampede::abi::DirectoryEntry;

constexpr EntryName self_name{'.'}, parent_name{'.', '.'};

bool read_entry(Inode& directory, std::uint64_t offset, DirectoryEntry& entry)
    REQUIRES(directory.lock) {
    return read_locked(directory, offset, std::as_writable_bytes(std::span(&entry, 1))) ==
           sizeof entry;
}

// An entry that exists already is written in place: that cannot fail.
void clear_entry(Inode& directory, std::uint64_t offset) REQUIRES(directory.lock) {
    const DirectoryEntry free_entry{};
    const auto written = write_locked(directory, offset, std::as_bytes(std::span(&free_entry, 1)));
    KERNEL_ASSERT(written && *written == sizeof free_entry);
}

bool has_name(const DirectoryEntry& entry, const EntryName& name) {
    return entry.inum != 0 && memcmp(entry.name, name.data(), name.size()) == 0;
}

struct Place {
    bool found = false;
    std::uint64_t offset = 0;  // of the entry; where it is missing, of a free one or the end
    std::uint32_t number = 0;
};

Place find_locked(Inode& directory, const EntryName& name) REQUIRES(directory.lock) {
    Place place{.offset = directory.size};
    bool have_free = false;
    std::uint64_t offset = 0;
    // Block by block, in place: a path costs a look at every entry of each directory on its way.
    for (auto bytes = bytes_locked(directory, 0); bytes.size() >= sizeof(DirectoryEntry);
         bytes = bytes_locked(directory, offset)) {
        const std::span entries(reinterpret_cast<const DirectoryEntry*>(bytes.data()),
                                bytes.size() / sizeof(DirectoryEntry));
        for (const DirectoryEntry& entry : entries) {
            if (entry.inum != 0 && entry.name[0] == name[0] && has_name(entry, name)) {
                return {true, offset, entry.inum};
            }
            if (entry.inum == 0 && !have_free) {
                have_free = true;
                place.offset = offset;
            }
            offset += sizeof entry;
        }
    }
    return place;
}

Result<void> add_locked(Inode& directory, const EntryName& name, const Inode& target)
    REQUIRES(directory.lock) {
    const Place place = find_locked(directory, name);
    if (place.found) {
        return failure(Error::exists);
    }
    DirectoryEntry entry{};
    entry.inum = static_cast<std::uint16_t>(target.number);
    memcpy(entry.name, name.data(), name.size());
    // One entry never lies in two blocks: it is written whole or not at all.
    const auto written = write_locked(directory, place.offset, std::as_bytes(std::span(&entry, 1)));
    if (!written) {
        return failure(written.error());
    }
    return {};
}

void trim_locked(Inode& directory) REQUIRES(directory.lock) {
    std::uint64_t end = directory.size;
    DirectoryEntry entry;
    while (end > 0 && read_entry(directory, end - sizeof entry, entry) && entry.inum == 0) {
        end -= sizeof entry;
    }
    truncate_locked(directory, end);
}

}  // namespace

EntryName entry_name(const char* text, std::size_t length) {
    EntryName name{};
    memcpy(name.data(), text, length < name.size() ? length : name.size());
    return name;
}

Inode* directory_find(Inode& directory, const EntryName& name) {
    if (directory.type != InodeType::directory) {
        return nullptr;
    }
    SpinGuard guard(directory.lock);
    const Place place = find_locked(directory, name);
    return place.found ? inode_duplicate(inode_numbered(place.number)) : nullptr;
}

Result<void> directory_add(Inode& directory, const EntryName& name, const Inode& target) {
    SpinGuard guard(directory.lock);
    if (directory.links == 0) {
        return failure(Error::not_found);
    }
    return add_locked(directory, name, target);
}

void directory_remove(Inode& directory, const EntryName& name) {
    SpinGuard guard(directory.lock);
    const Place place = find_locked(directory, name);
    KERNEL_ASSERT(place.found);
    clear_entry(directory, place.offset);
    trim_locked(directory);
}

bool directory_is_empty(Inode& directory) {
    SpinGuard guard(directory.lock);
    DirectoryEntry entry;
    for (std::uint64_t offset = 0; read_entry(directory, offset, entry); offset += sizeof entry) {
        if (entry.inum != 0 && !has_name(entry, self_name) && !has_name(entry, parent_name)) {
            return false;
        }
    }
    return true;
}

Result<void> directory_begin(Inode& directory, const Inode& parent) {
    SpinGuard guard(directory.lock);
    if (auto added = add_locked(directory, self_name, directory); !added) {
        return added;
    }
    return add_locked(directory, parent_name, parent);
}

void directory_end(Inode& directory) {
    SpinGuard guard(directory.lock);
    truncate_locked(directory, 0);
}

}  // namespace kernel
