// Directories and paths. A directory is a file of stampede::abi::DirectoryEntry; programs read it
// as one.
//
// Looking a path up takes one inode's lock at a time. Changing names (create, link, unlink) happens
// under `names_lock`, which no path of fork, exec, exit, wait, fault or pipe takes. invariant:
// while an entry names an inode, the inode has links and holds one reference for them; an entry is
// looked at and its inode counted under the directory's lock, so an inode that was found cannot go
// away.
#pragma once
#include <array>

#include "kernel/abi/system_calls.h"
#include "kernel/fs/inode.h"

namespace kernel {

extern Spinlock<Rank::file_system> names_lock;

// A name in a directory: longer ones are cut, as xv6's are; filled up with NUL.
using EntryName = std::array<char, stampede::abi::directory_name_size>;

// The inode at `path`, counted. `start` is where a path without a leading slash begins. not_found.
Result<Inode*> path_lookup(const char* path, Inode& start);

// The inode at `path`, made when it is missing; a file or device that exists is fine where a file
// is wanted. Counted. exists, not_found, out_of_memory, no_space.
Result<Inode*> name_create(const char* path, Inode& start, InodeType type, std::int16_t major,
                           std::int16_t minor);

// One more name for a file. not_permitted (a directory), exists, not_found, out_of_memory.
Result<void> name_link(Inode& existing, const char* path, Inode& start);

// One name less; the inode lives on while somebody holds it. not_permitted (`.`, `..`, a directory
// that is not empty), not_found.
Result<void> name_unlink(const char* path, Inode& start);

// The root directory, once, before anything else here.
void names_init();
// A file in the root with the image's bytes as its contents. Boot only.
void names_add_image(const EntryName& name, std::span<const std::byte> contents);

}  // namespace kernel
