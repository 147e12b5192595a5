// Name, type, inode and size of each file of a directory.
#include "fs.h"
#include "user.h"

int main(int argc, char** argv) {
    const char* path = argc > 1 ? argv[1] : ".";
    struct dirent de;
    struct stat st;
    int fd = open(path, O_RDONLY);
    if (fd < 0 || chdir(path) < 0) {
        fprintf(2, "ls: %s is no directory\n", path);
        return 1;
    }
    while (read(fd, &de, sizeof(de)) == sizeof(de)) {
        char name[DIRSIZ + 1] = {0};
        memcpy(name, de.name, DIRSIZ);
        int file = de.inum ? open(name, O_RDONLY) : -1;
        if (file >= 0 && fstat(file, &st) == 0) {
            printf("%s %d %d %d\n", name, st.type, (int)st.ino, (int)st.size);
        }
        close(file);
    }
    return 0;
}
