// One directory's entries.
#pragma once
#include "kernel/fs/names.h"

namespace kernel {

EntryName entry_name(const char* text, std::size_t length);

// The inode of that name, counted; null where there is none or `directory` is none.
Inode* directory_find(Inode& directory, const EntryName& name);

// Adds an entry. exists, out_of_memory, no_space; not_found where the directory has been removed
// itself.
Result<void> directory_add(Inode& directory, const EntryName& name, const Inode& target)
    REQUIRES(names_lock);

// Removes the entry of that name, which exists, and gives back what memory this frees.
void directory_remove(Inode& directory, const EntryName& name) REQUIRES(names_lock);

// Whether it holds nothing but `.` and `..`.
bool directory_is_empty(Inode& directory) REQUIRES(names_lock);

// `.` and `..` of a new directory, and their end when it is removed: nobody walks up out of a
// directory that is gone.
Result<void> directory_begin(Inode& directory, const Inode& parent) REQUIRES(names_lock);
void directory_end(Inode& directory) REQUIRES(names_lock);

}  // namespace kernel
