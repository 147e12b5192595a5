// Which elements of an array have changed since a moment, so that a copy of that moment's can be
// brought back at the price of those.
#pragma once
#include <vector>

#include "harts/base/types.h"

namespace stampede {

class ChangeLog {
public:
    // From now on changes among `elements` are noted. Harts parked.
    void begin(std::size_t elements) {
        marks_.assign(elements, 0);
        changed_.resize(elements);
        count_ = 0;
    }

    // Any thread. Nothing before begin().
    void note(std::size_t element) {
        // relaxed: whoever reads the log waits until harts are parked.
        if (element >= marks_.size() || __atomic_load_n(&marks_[element], __ATOMIC_RELAXED) != 0 ||
            __atomic_exchange_n(&marks_[element], 1, __ATOMIC_RELAXED) != 0) {
            return;
        }
        changed_[__atomic_fetch_add(&count_, 1, __ATOMIC_RELAXED)] = static_cast<u32>(element);
    }

    // Gives each changed element, once, and forgets it. Harts parked.
    template <class Each>
    void take(Each&& each) {
        for (u64 n = 0; n < count_; ++n) {
            each(changed_[n]);
            marks_[changed_[n]] = 0;
        }
        count_ = 0;
    }

private:
    std::vector<u8> marks_;
    std::vector<u32> changed_;  // as many as there are marks: it never grows
    u64 count_ = 0;
};

}  // namespace stampede
