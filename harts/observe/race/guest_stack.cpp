#include "harts/observe/race/guest_stack.h"

#include "harts/base/futex.h"

namespace stampede {
namespace {

constexpr u64 odd = 0x9e37'79b9'7f4a'7c15;

// Word by word: a memcpy is intercepted by ThreadSanitizer and would be taken for an access of the
// hart's.
void copy(GuestFrame* to, const GuestFrame* from, unsigned count) {
    for (unsigned n = 0; n < count; ++n) {
        to[n].back = from[n].back;
        to[n].sp = from[n].sp;
        to[n].call = from[n].call;
        to[n].space = from[n].space;
        to[n].trap = from[n].trap;
        if (from[n].trap) {
            to[n].interrupted = from[n].interrupted;
        }
        asm volatile("" ::: "memory");  // keeps the loop a loop
    }
}

class Held {
public:
    explicit Held(std::atomic<u32>& lock) : lock_(lock) {
        for (SpinWait wait; lock_.exchange(1, std::memory_order_acquire) != 0; wait.once()) {
        }
    }
    ~Held() { lock_.store(0, std::memory_order_release); }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;

private:
    std::atomic<u32>& lock_;
};

}  // namespace

ParkedStacks::ParkedStacks() : buckets_(make_lazy_table<Bucket>(buckets)) {}

ParkedStacks::Bucket& ParkedStacks::bucket_of(u64 back, u64 sp, u64 space) {
    const u64 at =
        ((back * odd) ^ (sp * 0xc2b2'ae3d'27d4'eb4f) ^ (space * odd)) >> 40 & (buckets - 1);
    changed_.note(at);
    return buckets_[at];
}

void ParkedStacks::copy_stacks(Bucket& to, const Bucket& from) {
    for (unsigned n = 0; n < ways; ++n) {
        to.stacks[n].age = from.stacks[n].age;
        to.stacks[n].count = from.stacks[n].count;
        copy(to.stacks[n].frames.data(), from.stacks[n].frames.data(), from.stacks[n].count);
    }
}

void ParkedStacks::save() {
    saved_ = make_lazy_table<Bucket>(buckets);
    for (unsigned n = 0; n < buckets; ++n) {
        copy_stacks(saved_[n], buckets_[n]);
    }
    saved_clock_ = clock_.load(std::memory_order_relaxed);
    changed_.begin(buckets);
}

void ParkedStacks::restore() {
    changed_.take([this](u32 at) { copy_stacks(buckets_[at], saved_[at]); });
    clock_.store(saved_clock_, std::memory_order_relaxed);
}

void ParkedStacks::park(const GuestFrame* frames, unsigned count) {
    const GuestFrame& top = frames[count - 1];
    Bucket& bucket = bucket_of(top.back, top.sp, top.space);
    const Held held(bucket.lock);
    Stack* place = &bucket.stacks[0];
    for (Stack& stack : bucket.stacks) {
        const GuestFrame& other = stack.frames[stack.count == 0 ? 0 : stack.count - 1];
        if (stack.count != 0 && other.back == top.back && other.sp == top.sp &&
            other.space == top.space) {
            place = &stack;
            break;
        }
        place = stack.age < place->age ? &stack : place;
    }
    place->age = clock_.fetch_add(1, std::memory_order_relaxed) + 1;
    place->count = count;
    copy(place->frames.data(), frames, count);
}

unsigned ParkedStacks::take(u64 back, u64 sp, u64 space, GuestFrame* frames) {
    Bucket& bucket = bucket_of(back, sp, space);
    const Held held(bucket.lock);
    for (Stack& stack : bucket.stacks) {
        if (stack.count == 0) {
            continue;
        }
        const GuestFrame& top = stack.frames[stack.count - 1];
        if (top.back == back && top.sp == sp && top.space == space) {
            const unsigned count = stack.count;
            copy(frames, stack.frames.data(), count);
            stack.count = 0;
            stack.age = 0;
            return count;
        }
    }
    return 0;
}

}  // namespace stampede
