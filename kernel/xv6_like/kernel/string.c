#include "defs.h"

void* memset(void* dst, int c, uint64 n) {
    char* d = dst;
    // Frames are filled word by word: at boot all of them are.
    if (((uint64)dst | n) % 8 == 0) {
        for (uint64 i = 0; i < n / 8; i++) {
            ((uint64*)dst)[i] = (uchar)c * 0x0101010101010101UL;
        }
        return dst;
    }
    while (n--) {
        *d++ = c;
    }
    return dst;
}

void* memmove(void* dst, const void* src, uint64 n) {
    char* d = dst;
    const char* s = src;
    if (((uint64)d | (uint64)s | n) % 8 == 0 && (d <= s || d >= s + n)) {
        for (uint64 i = 0; i < n / 8; i++) {
            ((uint64*)d)[i] = ((const uint64*)s)[i];
        }
    } else if (d <= s) {
        while (n--) {
            *d++ = *s++;
        }
    } else {
        while (n--) {
            d[n] = s[n];
        }
    }
    return dst;
}

// The compiler's own copies of structs.
void* memcpy(void* dst, const void* src, uint64 n) { return memmove(dst, src, n); }

int strncmp(const char* a, const char* b, uint64 n) {
    for (; n > 0; n--, a++, b++) {
        if (*a != *b || *a == 0) {
            return (uchar)*a - (uchar)*b;
        }
    }
    return 0;
}

// As in C: what is left over becomes zeros, and a long name has no end.
char* strncpy(char* dst, const char* src, int n) {
    for (int i = 0; i < n; i++) {
        dst[i] = *src;
        src += *src != 0;
    }
    return dst;
}

char* safestrcpy(char* dst, const char* src, int n) {
    strncpy(dst, src, n);
    dst[n - 1] = 0;
    return dst;
}

int strlen(const char* s) {
    int n = 0;
    while (s[n]) {
        n++;
    }
    return n;
}
