// Lists directories: name, type (1 directory, 2 file, 3 device), inode number, links, size in
// bytes.
#include "kernel/user/lib/print.h"
#include "kernel/user/lib/string.h"
#include "kernel/user/lib/system_calls.h"

using namespace user;
using stampede::abi::directory_name_size;
using stampede::abi::DirectoryEntry;

namespace {

bool list_one(const char* path, const char* shown) {
    Stat stat;
    const int fd = open(path, stampede::abi::o_rdonly);
    if (fd < 0 || fstat(fd, &stat) < 0) {
        printf(console_error, "ls: cannot open %s\n", path);
        return false;
    }
    close(fd);
    printf(console_out, "%s %d %u %d %lu\n", shown, stat.type, stat.ino, stat.nlink, stat.size);
    return true;
}

bool list(const char* path) {
    Stat stat;
    const int fd = open(path, stampede::abi::o_rdonly);
    if (fd < 0 || fstat(fd, &stat) < 0) {
        printf(console_error, "ls: cannot open %s\n", path);
        return false;
    }
    bool all_listed = true;
    if (stat.type != stampede::abi::t_dir) {
        all_listed = list_one(path, path);
    } else {
        DirectoryEntry entry;
        while (read(fd, &entry, sizeof entry) == static_cast<int>(sizeof entry)) {
            if (entry.inum == 0) {
                continue;
            }
            char name[directory_name_size + 1] = {};
            memcpy(name, entry.name, directory_name_size);
            char full[stampede::abi::max_path];
            format(full, sizeof full, "%s/%s", path, name);
            all_listed &= list_one(full, name);
        }
    }
    close(fd);
    return all_listed;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 1) {
        return list(".") ? 0 : 1;
    }
    bool all_listed = true;
    for (int i = 1; i < argc; ++i) {
        all_listed &= list(argv[i]);
    }
    return all_listed ? 0 : 1;
}
