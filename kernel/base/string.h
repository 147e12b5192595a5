// Memory and string functions. On the host they are the C library's; in the guest string.cpp has
// them.
#pragma once
#if __STDC_HOSTED__
#include <cstring>
#else
#include <cstddef>

extern "C" {
void* memcpy(void* to, const void* from, std::size_t bytes);
void* memmove(void* to, const void* from, std::size_t bytes);
void* memset(void* to, int value, std::size_t bytes);
int memcmp(const void* left, const void* right, std::size_t bytes);
std::size_t strlen(const char* text);
int strcmp(const char* left, const char* right);
int strncmp(const char* left, const char* right, std::size_t limit);
}
#endif

#include <cstdint>

namespace kernel {

// Whole pages, aligned: a copy and a fill worth unrolling.
void copy_page(void* to, const void* from);
void zero_page(void* to);

}  // namespace kernel
