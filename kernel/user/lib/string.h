// Memory and string functions. The four the compiler calls on its own have C linkage.
#pragma once
#include <cstddef>
#include <cstdint>

extern "C" {
void* memset(void* to, int value, std::size_t bytes);
void* memcpy(void* to, const void* from, std::size_t bytes);
void* memmove(void* to, const void* from, std::size_t bytes);
int memcmp(const void* left, const void* right, std::size_t bytes);
}

namespace user {

std::size_t length(const char* text);
bool equal(const char* left, const char* right);
// The rest of `text` behind `prefix`, or null where it does not begin with it.
const char* after(const char* text, const char* prefix);
const char* find(const char* text, char wanted);  // null where there is none
// Decimal, digits only; `otherwise` for anything else.
std::uint64_t parse_number(const char* text, std::uint64_t otherwise);

}  // namespace user
