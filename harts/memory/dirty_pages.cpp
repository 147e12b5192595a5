#include "harts/memory/dirty_pages.h"

#include <cassert>
#include <utility>

namespace stampede {
namespace {

Ram map(u64 size) {
    Result<Ram> mapped = Ram::create(size);
    assert(mapped.has_value());  // address space only, for a RAM that could be mapped
    return std::move(*mapped);
}

// No libc call, so that no sanitizer takes it for a guest's access; nobody else stores to either
// page meanwhile.
void copy_page(u8* to, const u8* from) {
#if defined(__x86_64__) && !defined(STAMPEDE_TSAN)
    u64 words = page_size / 8;
    asm volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
#else
    for (u64 n = 0; n < page_size; n += 8) {
        const u64 word = __atomic_load_n(reinterpret_cast<const u64*>(from + n), __ATOMIC_RELAXED);
        __atomic_store_n(reinterpret_cast<u64*>(to + n), word, __ATOMIC_RELAXED);
    }
#endif
}

}  // namespace

DirtyPages::DirtyPages(Ram& ram, PageAttributes& attributes)
    : ram_(ram),
      attributes_(attributes),
      kept_(map(ram.size())),
      place_(ram.pages(), nowhere),
      pages_(ram.pages()) {}

DirtyPages::~DirtyPages() {
    for (u64 page = 0; page < ram_.pages(); ++page) {
        attributes_.clear(page, PageAttributes::clean);
    }
}

void DirtyPages::mark_dirty(u64 page) {
    const FutexGuard guard(lock_);
    if ((attributes_.of(page) & PageAttributes::clean) == 0) {
        return;  // another hart was first
    }
    if (place_[page] == nowhere) {
        place_[page] = next_place_++;
        copy_page(kept_at(page), ram_.host(ram_base + page * page_size));
    }
    pages_[count_++] = static_cast<u32>(page);
    attributes_.clear(page, PageAttributes::clean);
}

void DirtyPages::track() {
    const FutexGuard guard(lock_);
    for (u64 page = 0; page < ram_.pages(); ++page) {
        attributes_.set(page, PageAttributes::clean);
    }
}

void DirtyPages::restore() {
    for (u64 n = 0; n < count_; ++n) {
        const u64 page = pages_[n];
        copy_page(ram_.host(ram_base + page * page_size), kept_at(page));
    }
    count_ = 0;
}

u8* DirtyPages::kept_at(u64 page) const {
    return kept_.host(ram_base + u64{place_[page]} * page_size);
}

}  // namespace stampede
