// A long array that is mostly left alone, as one with an entry for each piece of RAM: zeroed, and
// taken from the host only as it is written to. No destructors are called. Not the allocator's:
// ThreadSanitizer's keeps books about each byte of its own.
#pragma once
#include <sys/mman.h>

#include <memory>
#include <new>

#include "harts/base/types.h"

namespace stampede {

struct UnmapTable {
    std::size_t bytes = 0;
    void operator()(void* at) const { ::munmap(at, bytes); }
};
template <class T>
using LazyTable = std::unique_ptr<T[], UnmapTable>;

// Of T all of whose bytes may be zero. Throws std::bad_alloc.
template <class T>
LazyTable<T> make_lazy_table(u64 entries) {
    const std::size_t bytes = entries * sizeof(T);
    void* mapped = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapped == MAP_FAILED) {
        throw std::bad_alloc();
    }
    return LazyTable<T>(static_cast<T*>(mapped), UnmapTable{bytes});
}

}  // namespace stampede
