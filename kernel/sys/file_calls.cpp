// The system calls on files: arguments checked, descriptors turned into files.
#include <array>

#include "kernel/fs/file.h"
#include "kernel/fs/file_table.h"
#include "kernel/fs/names.h"
#include "kernel/fs/pipe.h"
#include "kernel/proc/process.h"
#include "kernel/sys/calls.h"

namespace kernel {
namespace {

using stampede::abi::max_open_files;

Result<File*> file_argument(const Arguments& arguments, unsigned index) {
    const std::int32_t fd = arguments.integer(index);
    File* const file =
        fd >= 0 && fd < max_open_files ? arguments.caller().files->open[fd] : nullptr;
    if (file == nullptr) {
        return failure(Error::no_file);
    }
    return file;
}

// A negative number of bytes is refused.
Result<std::size_t> size_argument(const Arguments& arguments, unsigned index) {
    const std::int32_t bytes = arguments.integer(index);
    if (bytes < 0) {
        return failure(Error::bad_argument);
    }
    return static_cast<std::size_t>(bytes);
}

// The lowest free descriptor now stands for `file`. Only the process itself touches its
// descriptors.
Result<int> new_descriptor(Process& process, File& file) {
    file_table_own(process.files);
    for (int fd = 0; fd < max_open_files; ++fd) {
        if (process.files->open[fd] == nullptr) {
            process.files->open[fd] = &file;
            return fd;
        }
    }
    return failure(Error::no_file);
}

CallResult descriptor_result(Process& process, File& file) {
    const auto fd = new_descriptor(process, file);
    if (!fd) {
        file_close(file);
        return failure(fd.error());
    }
    return static_cast<std::uint64_t>(*fd);
}

CallResult nothing(const Result<void>& result) {
    return result ? CallResult(0) : failure(result.error());
}

CallResult create_and_release(const Arguments& arguments, InodeType type, std::int16_t major,
                              std::int16_t minor) {
    Path path;
    if (auto length = arguments.string(0, path); !length) {
        return failure(length.error());
    }
    const auto made =
        name_create(path.data(), *arguments.caller().files->working_directory, type, major, minor);
    if (!made) {
        return failure(made.error());
    }
    inode_release(**made);
    return 0;
}

// A device that nobody drives can be opened, as in xv6; reading and writing fail.
bool is_openable(const Inode& inode, int flags) {
    if (inode.type == InodeType::directory) {
        return flags == stampede::abi::o_rdonly;
    }
    return inode.type == InodeType::file ||
           (inode.major >= 0 && inode.major < stampede::abi::device_numbers);
}

Result<Inode*> find_or_create(const char* path, Process& caller, int flags) {
    if (flags & stampede::abi::o_create) {
        return name_create(path, *caller.files->working_directory, InodeType::file, 0, 0);
    }
    return path_lookup(path, *caller.files->working_directory);
}

}  // namespace

CallResult sys_open(const Arguments& arguments) {
    Path path;
    if (auto length = arguments.string(0, path); !length) {
        return failure(length.error());
    }
    const int flags = arguments.integer(1);
    const auto found = find_or_create(path.data(), arguments.caller(), flags);
    if (!found) {
        return failure(found.error());
    }
    Inode& inode = **found;
    File* const file = is_openable(inode, flags) ? file_open(inode, flags) : nullptr;
    if (file == nullptr) {
        inode_release(inode);
        return failure(Error::not_permitted);
    }
    const auto result = descriptor_result(arguments.caller(), *file);
    if (result && (flags & stampede::abi::o_trunc) && inode.type == InodeType::file) {
        inode_truncate(inode, 0);
    }
    return result;
}

CallResult sys_close(const Arguments& arguments) {
    const auto file = file_argument(arguments, 0);
    if (!file) {
        return failure(file.error());
    }
    FileTable*& table = arguments.caller().files;
    file_table_own(table);
    table->open[arguments.integer(0)] = nullptr;
    file_close(**file);
    return 0;
}

CallResult sys_dup(const Arguments& arguments) {
    const auto file = file_argument(arguments, 0);
    if (!file) {
        return failure(file.error());
    }
    return descriptor_result(arguments.caller(), *file_duplicate(**file));
}

CallResult sys_read(const Arguments& arguments) {
    const auto file = file_argument(arguments, 0);
    const auto bytes = size_argument(arguments, 2);
    if (!file || !bytes) {
        return failure(Error::bad_argument);
    }
    return file_read(**file, arguments.caller().space, arguments.address(1), *bytes);
}

CallResult sys_write(const Arguments& arguments) {
    const auto file = file_argument(arguments, 0);
    const auto bytes = size_argument(arguments, 2);
    if (!file || !bytes) {
        return failure(Error::bad_argument);
    }
    return file_write(**file, arguments.caller().space, arguments.address(1), *bytes);
}

CallResult sys_fstat(const Arguments& arguments) {
    const auto file = file_argument(arguments, 0);
    if (!file || (*file)->inode == nullptr) {
        return failure(Error::no_file);
    }
    const stampede::abi::Stat stat = inode_stat(*(*file)->inode);
    return nothing(arguments.caller().space.copy_out(arguments.address(1),
                                                     std::as_bytes(std::span(&stat, 1))));
}

CallResult sys_pipe(const Arguments& arguments) {
    Process& caller = arguments.caller();
    const auto ends = pipe_create();
    if (!ends) {
        return failure(ends.error());
    }
    const auto read_fd = new_descriptor(caller, *ends->reader);
    const auto write_fd = read_fd ? new_descriptor(caller, *ends->writer) : read_fd;
    Result<void> result;
    if (write_fd) {
        const std::array<std::int32_t, 2> fds{*read_fd, *write_fd};
        result = caller.space.copy_out(arguments.address(0), std::as_bytes(std::span(fds)));
    } else {
        result = failure(write_fd.error());
    }
    if (result) {
        return 0;
    }
    for (const auto& fd : {read_fd, write_fd}) {
        if (fd) {
            caller.files->open[*fd] = nullptr;  // its own by now
        }
    }
    file_close(*ends->reader);
    file_close(*ends->writer);
    return failure(result.error());
}

CallResult sys_chdir(const Arguments& arguments) {
    Path path;
    if (auto length = arguments.string(0, path); !length) {
        return failure(length.error());
    }
    Process& caller = arguments.caller();
    const auto found = path_lookup(path.data(), *caller.files->working_directory);
    if (!found) {
        return failure(found.error());
    }
    if ((*found)->type != InodeType::directory) {
        inode_release(**found);
        return failure(Error::not_permitted);
    }
    file_table_own(caller.files);
    inode_release(*caller.files->working_directory);
    caller.files->working_directory = *found;
    return 0;
}

CallResult sys_mkdir(const Arguments& arguments) {
    return create_and_release(arguments, InodeType::directory, 0, 0);
}

CallResult sys_mknod(const Arguments& arguments) {
    const auto major = static_cast<std::int16_t>(arguments.integer(1));
    const auto minor = static_cast<std::int16_t>(arguments.integer(2));
    return create_and_release(arguments, InodeType::device, major, minor);
}

CallResult sys_link(const Arguments& arguments) {
    Path existing, added;
    if (!arguments.string(0, existing) || !arguments.string(1, added)) {
        return failure(Error::bad_address);
    }
    Inode& directory = *arguments.caller().files->working_directory;
    const auto found = path_lookup(existing.data(), directory);
    if (!found) {
        return failure(found.error());
    }
    const auto linked = name_link(**found, added.data(), directory);
    inode_release(**found);
    return nothing(linked);
}

CallResult sys_unlink(const Arguments& arguments) {
    Path path;
    if (auto length = arguments.string(0, path); !length) {
        return failure(length.error());
    }
    return nothing(name_unlink(path.data(), *arguments.caller().files->working_directory));
}

}  // namespace kernel
