#include "harts/memory/ram.h"

#include <sys/mman.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace stampede {

Result<Ram> Ram::create(u64 size) {
    constexpr u64 huge_page = u64{2} << 20;
    if (size == 0 || size % huge_page != 0) {
        return error("memory of " + std::to_string(size) +
                     " bytes: a multiple of 2 MiB is expected");
    }
    // One huge page more than asked for, so that the start can be aligned to one.
    void* mapped = ::mmap(nullptr, size + huge_page, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapped == MAP_FAILED) {
        return error("memory of " + std::to_string(size >> 20) +
                     " MiB: the host refuses it: " + std::strerror(errno));
    }
    auto* start = static_cast<u8*>(mapped);
    auto* aligned = reinterpret_cast<u8*>(
        (reinterpret_cast<std::uintptr_t>(start) + huge_page - 1) & ~(huge_page - 1));
    if (aligned != start) {
        ::munmap(start, static_cast<std::size_t>(aligned - start));
    }
    const auto tail = static_cast<std::size_t>(start + huge_page - aligned);
    if (tail != 0) {
        ::munmap(aligned + size, tail);
    }
    ::madvise(aligned, size, MADV_HUGEPAGE);  // advice: without huge pages everything works, slower
    return Ram(aligned, size);
}

Ram::Ram(Ram&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

Ram::~Ram() {
    if (data_ != nullptr) {
        ::munmap(data_, size_);
    }
}

void Ram::copy_in(PhysAddr to, std::span<const u8> bytes) {
    u8* target = host(to);
    for (std::size_t n = 0; n < bytes.size(); ++n) {
        __atomic_store_n(target + n, bytes[n], __ATOMIC_RELAXED);
    }
}

void Ram::copy_out(PhysAddr from, std::span<u8> bytes) const {
    const u8* source = host(from);
    for (std::size_t n = 0; n < bytes.size(); ++n) {
        bytes[n] = __atomic_load_n(source + n, __ATOMIC_RELAXED);
    }
}

}  // namespace stampede
