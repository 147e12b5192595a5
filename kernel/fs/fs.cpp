#include "kernel/fs/fs.h"

#include "kernel/base/print.h"
#include "kernel/fs/archive.h"
#include "kernel/fs/directory.h"
#include "kernel/fs/file_table.h"
#include "kernel/fs/names.h"
#include "kernel/proc/process.h"

extern "C" const std::byte archive_begin[], archive_end[];  // archive.S

namespace kernel {

void fs_init() {
    names_init();
    const std::span archive(archive_begin, archive_end);
    const auto entries = archive_entries(archive);
    KERNEL_ASSERT(entries.has_value());
    for (const ArchiveEntry& entry : *entries) {
        names_add_image(entry_name(entry.name, sizeof entry.name),
                        archive_contents(archive, entry));
    }
}

Result<Inode*> inode_open(const char* path, const Process& caller) {
    const auto found = path_lookup(path, *caller.files->working_directory);
    if (found && (*found)->type != InodeType::file) {
        inode_release(**found);
        return failure(Error::bad_argument);
    }
    return found;
}

}  // namespace kernel
