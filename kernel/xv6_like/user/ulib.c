#include "user.h"

int main(int argc, char** argv);

// Where exec begins: a0 and a1 are main's already.
void start(int argc, char** argv) { exit(main(argc, argv)); }

int strlen(const char* s) {
    int n = 0;
    while (s[n]) {
        n++;
    }
    return n;
}

int strcmp(const char* a, const char* b) {
    while (*a && *a == *b) {
        a++, b++;
    }
    return (uchar)*a - (uchar)*b;
}

int atoi(const char* s) {
    int n = 0;
    while (*s >= '0' && *s <= '9') {
        n = n * 10 + *s++ - '0';
    }
    return n;
}

void* memset(void* to, int c, uint64 n) {
    for (char* p = to; n--;) {
        *p++ = c;
    }
    return to;
}

void* memcpy(void* to, const void* from, uint64 n) {
    char* d = to;
    for (const char* s = from; n--;) {
        *d++ = *s++;
    }
    return to;
}

char* gets(char* line, int size) {
    int n = 0;
    while (n < size - 1 && read(0, &line[n], 1) == 1) {
        if (line[n++] == '\n') {
            break;
        }
    }
    line[n] = 0;
    return line;
}
