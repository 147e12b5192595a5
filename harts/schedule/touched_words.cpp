#include "harts/schedule/touched_words.h"

#include <sys/mman.h>

#include <cassert>

namespace stampede {

TouchedWords::TouchedWords(const Ram& ram) : words_(ram.size() / word_size) {
    void* mapped = ::mmap(nullptr, words_ * sizeof(u16), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    assert(mapped != MAP_FAILED);  // a quarter of a RAM that could be mapped
    table_ = static_cast<u16*>(mapped);
}

TouchedWords::~TouchedWords() { ::munmap(table_, words_ * sizeof(u16)); }

void TouchedWords::forget() {
    epoch_ = static_cast<u16>(epoch_ + epoch_step);
    if (epoch_ == 0) {  // all epochs are used up: old entries must not come to life again
        ::madvise(table_, words_ * sizeof(u16), MADV_DONTNEED);
        epoch_ = epoch_step;
    }
}

}  // namespace stampede
