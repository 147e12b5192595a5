#include "harts/core/code_page.h"

#include <sys/mman.h>

#include <cassert>

namespace stampede {

void CodePage::reset(PhysAddr page, const Engine& engine) {
    address = page;
    loops.clear();
    for (Slot& slot : slots) {
        slot.handler = engine.undecoded;
        slot.n = 0;
    }
    slots[slot_count].handler = engine.page_end;
}

CodeCache::CodeCache(const Ram& ram) : count_(ram.pages()) {
    void* mapped = ::mmap(nullptr, count_ * sizeof(CodePage*), PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    assert(mapped != MAP_FAILED);  // a few bytes for each page of a RAM that could be mapped
    pages_ = static_cast<CodePage**>(mapped);
}

CodeCache::~CodeCache() { ::munmap(pages_, count_ * sizeof(CodePage*)); }

CodePage& CodeCache::make(u64 page, PhysAddr address, const Engine& engine) {
    if (free_.empty()) {
        owned_.push_back(std::make_unique_for_overwrite<CodePage>());
        free_.push_back(owned_.back().get());
    }
    CodePage* code = free_.back();
    free_.pop_back();
    code->reset(address, engine);
    pages_[page] = code;
    return *code;
}

CodePage* CodeCache::drop(u64 page) {
    CodePage* code = pages_[page];
    if (code != nullptr) {
        pages_[page] = nullptr;
        free_.push_back(code);
    }
    return code;
}

void CodeCache::clear() {
    for (u64 page = 0; page < count_; ++page) {
        if (pages_[page] != nullptr) {
            drop(page);
        }
    }
}

}  // namespace stampede
