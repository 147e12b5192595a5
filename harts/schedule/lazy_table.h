// An array as long as RAM has pieces: zeroed, and taken from the host only as it is written to.
#pragma once
#include <sys/mman.h>

#include <cassert>
#include <memory>

#include "harts/base/types.h"

namespace stampede {

struct UnmapTable {
    std::size_t bytes = 0;
    void operator()(void* at) const { ::munmap(at, bytes); }
};
template <class T>
using LazyTable = std::unique_ptr<T[], UnmapTable>;

template <class T>
LazyTable<T> make_lazy_table(u64 entries) {
    const std::size_t bytes = entries * sizeof(T);
    void* mapped = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    assert(mapped != MAP_FAILED);  // less than a RAM that could be mapped
    return LazyTable<T>(static_cast<T*>(mapped), UnmapTable{bytes});
}

}  // namespace stampede
