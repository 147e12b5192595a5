#include "kernel/fs/file_table.h"

#include "kernel/base/print.h"
#include "kernel/fs/slots.h"

namespace kernel {
namespace {

// As many as processes, and one more for each CPU that is about to give an old one up; a CPU's share of slots is a line.
constexpr std::size_t capacity = 1024;

constinit Slots<FileTable, capacity> tables;

FileTable& copy_of(const FileTable& table) {
    FileTable& copy = file_table_create(*inode_duplicate(*table.working_directory));
    for (std::size_t fd = 0; fd < table.open.size(); ++fd) {
        copy.open[fd] = table.open[fd] ? file_duplicate(*table.open[fd]) : nullptr;
    }
    return copy;
}

}  // namespace

FileTable& file_table_create(Inode& working_directory) {
    FileTable* const table = tables.claim();
    KERNEL_ASSERT(table != nullptr);
    table->working_directory = &working_directory;
    return *table;
}

FileTable& file_table_for_child(FileTable& table) {
    if (table.processes.load(std::memory_order_acquire) != 1) {
        return copy_of(table);
    }
    // Relaxed: the child reads it behind everything that starts it.
    table.processes.store(2, std::memory_order_relaxed);
    return table;
}

void file_table_own(FileTable*& table) {
    if (table->processes.load(std::memory_order_acquire) == 1) {
        return;
    }
    FileTable& own = copy_of(*table);
    file_table_release(*table);
    table = &own;
}

void file_table_release(FileTable& table) {
    if (table.processes.fetch_sub(1, std::memory_order_acq_rel) != 1) {
        return;
    }
    for (File* const file : table.open) {
        if (file) {
            file_close(*file);
        }
    }
    inode_release(*table.working_directory);
    tables.give_back(table);
}

}  // namespace kernel
