#include "kernel/fs/file.h"

#include "kernel/abi/system_calls.h"
#include "kernel/fs/console.h"
#include "kernel/fs/inode.h"
#include "kernel/fs/pipe.h"
#include "kernel/fs/slots.h"

namespace kernel {
namespace {

constinit Slots<File, max_open_inodes> files;

// One locked step of a longer transfer; moves the offset.
Result<std::size_t> read_step(File& file, AddressSpace& space, VirtAddr to, std::size_t bytes) {
    SpinGuard guard(file.lock);
    const auto done = inode_read_user(*file.inode, file.offset, space, to, bytes);
    if (done) {
        file.offset += *done;
    }
    return done;
}

Result<std::size_t> write_step(File& file, AddressSpace& space, VirtAddr from, std::size_t bytes) {
    SpinGuard guard(file.lock);
    const auto done = inode_write_user(*file.inode, file.offset, space, from, bytes);
    if (done) {
        file.offset += *done;
    }
    return done;
}

Result<std::size_t> read_inode(File& file, AddressSpace& space, VirtAddr to, std::size_t bytes) {
    std::size_t done = 0;
    while (done < bytes) {
        const auto step = read_step(file, space, to + done, bytes - done);
        if (!step) {
            return step;
        }
        if (*step == 0) {
            break;
        }
        done += *step;
    }
    return done;
}

// xv6's write() to a file is whole or -1.
Result<std::size_t> write_inode(File& file, AddressSpace& space, VirtAddr from, std::size_t bytes) {
    std::size_t done = 0;
    while (done < bytes) {
        const auto step = write_step(file, space, from + done, bytes - done);
        if (!step) {
            return step;
        }
        done += *step;
    }
    return done;
}

bool is_console(const File& file) { return file.inode->major == stampede::abi::console_major; }

}  // namespace

File* file_open(Inode& inode, int flags) {
    using namespace stampede::abi;
    File* const file = files.claim();
    if (file != nullptr) {
        file->kind = inode.type == InodeType::device ? FileKind::device : FileKind::inode;
        file->readable = (flags & o_wronly) == 0;
        file->writable = (flags & (o_wronly | o_rdwr)) != 0;
        file->inode = &inode;
    }
    return file;
}

File* file_duplicate(File& file) {
    // Relaxed: the caller's descriptor keeps it open, nothing is published by one more.
    file.references.fetch_add(1, std::memory_order_relaxed);
    return &file;
}

void file_close(File& file) {
    if (file.references.fetch_sub(1, std::memory_order_acq_rel) != 1) {
        return;
    }
    if (file.kind == FileKind::pipe_reader || file.kind == FileKind::pipe_writer) {
        pipe_close(*file.pipe,
                   file.kind == FileKind::pipe_reader ? PipeEnd::reader : PipeEnd::writer);
        return;
    }
    Inode* const inode = file.inode;
    files.give_back(file);
    inode_release(*inode);
}

Result<std::size_t> file_read(File& file, AddressSpace& space, VirtAddr to, std::size_t bytes) {
    if (!file.readable) {
        return failure(Error::not_permitted);
    }
    switch (file.kind) {
    case FileKind::pipe_reader: return pipe_read(*file.pipe, space, to, bytes);
    case FileKind::inode: return read_inode(file, space, to, bytes);
    case FileKind::device:
        if (is_console(file)) {
            return console_read(space, to, bytes);
        }
        break;
    case FileKind::pipe_writer: break;
    }
    return failure(Error::not_permitted);
}

Result<std::size_t> file_write(File& file, AddressSpace& space, VirtAddr from, std::size_t bytes) {
    if (!file.writable) {
        return failure(Error::not_permitted);
    }
    switch (file.kind) {
    case FileKind::pipe_writer: return pipe_write(*file.pipe, space, from, bytes);
    case FileKind::inode: return write_inode(file, space, from, bytes);
    case FileKind::device:
        if (is_console(file)) {
            return console_write_user(space, from, bytes);
        }
        break;
    case FileKind::pipe_reader: break;
    }
    return failure(Error::not_permitted);
}

}  // namespace kernel
