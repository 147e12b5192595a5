#include "user.h"

static void copy(int fd) {
    static char buf[512];
    int n;
    while ((n = read(fd, buf, sizeof(buf))) > 0) {
        if (write(1, buf, n) != n) {
            exit(1);
        }
    }
}

int main(int argc, char** argv) {
    if (argc < 2) {
        copy(0);
    }
    for (int i = 1; i < argc; i++) {
        int fd = open(argv[i], O_RDONLY);
        if (fd < 0) {
            fprintf(2, "cat: cannot open %s\n", argv[i]);
            return 1;
        }
        copy(fd);
        close(fd);
    }
    return 0;
}
