// Which pages of RAM have been stored to since they were last clean, and what stood in them: how a
// snapshot takes RAM back at the price of the pages that a run has changed.
//
// A clean page carries PageAttributes::clean, so that no hart holds a write tag for it and its
// first store takes the slow path, which calls mark_dirty(): the contents are kept (once, for as
// long as the pages are tracked), and the page is as fast as any from then on.
//
//     hart 0   sees clean ── lock ── keeps the contents, notes the page, clears the mark ── unlock
//              ── stores
//     hart 1   sees clean ─────────── lock … finds the mark gone ── unlock ── stores
//     hart 2   ……………………………………………………………………………………… sees no mark: the contents are kept ── stores
#pragma once
#include <span>
#include <vector>

#include "harts/base/futex.h"
#include "harts/memory/page_attributes.h"
#include "harts/memory/ram.h"

namespace stampede {

class DirtyPages {
public:
    // The first of a machine to be made; both must outlive it.
    DirtyPages(Ram& ram, PageAttributes& attributes);
    ~DirtyPages();
    DirtyPages(const DirtyPages&) = delete;
    DirtyPages& operator=(const DirtyPages&) = delete;

    // A store to `page` is about to happen. On the hart's thread; nothing of pthreads, no
    // allocation, no libc copies in here.
    void mark_dirty(u64 page) EXCLUDES(lock_);

    // --- harts parked, and no write tag left -----------------------------------------------------
    // Every page becomes clean as it is now. Once.
    void track();
    // Pages that have been stored to since, in the order of their first store.
    [[nodiscard]] std::span<const u32> dirty() const NO_THREAD_SAFETY_ANALYSIS {
        return {pages_.data(), count_};
    }
    // Their contents come back. The caller marks them clean again.
    void restore() NO_THREAD_SAFETY_ANALYSIS;

private:
    static constexpr u32 nowhere = ~u32{0};
    [[nodiscard]] u8* kept_at(u64 page) const NO_THREAD_SAFETY_ANALYSIS;

    Ram& ram_;
    PageAttributes& attributes_;
    const Ram kept_;  // contents, close together; what is not used costs no memory
    FutexLock lock_;
    std::vector<u32> place_ GUARDED_BY(lock_);  // by page: of its contents in kept_
    u32 next_place_ GUARDED_BY(lock_) = 0;
    std::vector<u32> pages_ GUARDED_BY(lock_);  // room for all; the first count_ are dirty
    u64 count_ GUARDED_BY(lock_) = 0;
};

}  // namespace stampede
