#include "kernel/fs/file_table.h"

#include "kernel/base/print.h"
#include "kernel/fs/slots.h"

namespace kernel {
namespace {

// As many as processes, and one more for each CPU that is about to give an old one up; a CPU's
// share of slots is a line.
constexpr std::size_t capacity = 1024;

constinit Slots<FileTable, capacity> tables;

FileTable& copy_of(const FileTable& table) {
    FileTable& copy = file_table_create(*inode_duplicate(*table.working_directory));
    for (std::size_t fd = 0; fd < table.open.size(); ++fd) {
        copy.open[fd] = table.open[fd] ? file_duplicate(*table.open[fd]) : nullptr;
    }
    return copy;
}

// acquire, by an atomic instruction: whoever gave the table up is done with it.
bool is_alone(FileTable& table) {
    return __atomic_fetch_add(&table.processes, 0, __ATOMIC_ACQUIRE) == 1;
}

}  // namespace

FileTable& file_table_create(Inode& working_directory) {
    FileTable* const table = tables.claim();
    KERNEL_ASSERT(table != nullptr);
    table->working_directory = &working_directory;
    return *table;
}

FileTable& file_table_for_child(FileTable& table) {
    if (!is_alone(table)) {
        return copy_of(table);
    }
    // the child reads it behind everything that starts it
    __atomic_fetch_add(&table.processes, 1, __ATOMIC_RELAXED);
    return table;
}

void file_table_own(FileTable*& table) {
    if (is_alone(*table)) {
        return;
    }
    FileTable& own = copy_of(*table);
    file_table_release(*table);
    table = &own;
}

void file_table_release(FileTable& table) {
    if (__atomic_fetch_sub(&table.processes, 1, __ATOMIC_ACQ_REL) != 1) {
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
