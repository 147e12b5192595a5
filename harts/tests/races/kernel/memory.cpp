#include "harts/tests/races/kernel/memory.h"

#include "harts/tests/races/kernel/locks.h"

extern "C" races::kernel::Frame frames_begin[];
extern "C" char user_physical[];
extern "C" char user_code_end[];

namespace races::kernel {
namespace {

ReservedLock frames_lock;
struct {
    Frame* first = nullptr;  // linked through words[0]
    u64 taken = 0;
} frames;

constexpr u64 v = 0x01, r = 0x02, w = 0x04, x = 0x08, u = 0x10, g = 0x20, a = 0x40, d = 0x80;
constexpr u64 pte_of(u64 physical, u64 flags) { return physical >> 12 << 10 | flags; }
u64 pte_of(const void* physical, u64 flags) {
    return pte_of(reinterpret_cast<u64>(physical), flags);
}
u64 satp_of(const Frame& root, u64 asid) {
    return u64{8} << 60 | asid << 44 | reinterpret_cast<u64>(&root) >> 12;
}
constexpr u64 slot_of(u64 address) { return address >> 12 & 511; }

Frame kernel_root;

}  // namespace

MARKED Frame* take_frame() {
    Frame* const frame = frames.first;
    if (frame != nullptr) {
        frames.first = reinterpret_cast<Frame*>(frame->words[0]);
        frames.taken += 1;
    }
    return frame;
}
MARKED void put_frame(Frame* frame) {
    frame->words[0] = reinterpret_cast<u64>(frames.first);
    frames.first = frame;
}

Frame* allocate_frame() {
    const Guard guard(frames_lock);
    return take_frame();
}
void free_frame(Frame* frame) {
    const Guard guard(frames_lock);
    put_frame(frame);
}

void make_frames(u64 number) {
    for (u64 n = 0; n < number; ++n) {
        put_frame(&frames_begin[n]);
    }
}

void make_kernel_space() {
    kernel_root.words[0] = pte_of(nullptr, v | r | w | g | a | d);
    kernel_root.words[2] = pte_of(0x8000'0000, v | r | w | x | g | a | d);
}
u64 kernel_satp() { return satp_of(kernel_root, 0); }

namespace {

Frame* allocate_table() {
    Frame* const frame = allocate_frame();
    if (frame == nullptr) {
        fail(0x310);
    }
    for (u64& word : frame->words) {
        word = 0;
        compiler_barrier();  // no memset here
    }
    return frame;
}

}  // namespace

Space make_space(u64 asid) {
    Frame* const root = allocate_table();
    Frame* const middle = allocate_table();
    Frame* const last = allocate_table();
    root->words[0] = kernel_root.words[0];
    root->words[1] = pte_of(middle, v);
    root->words[2] = kernel_root.words[2];
    middle->words[0] = pte_of(last, v);
    const u64 code_pages =
        (reinterpret_cast<u64>(user_code_end) - user_code + page_size - 1) / page_size;
    for (u64 page = 0; page < code_pages; ++page) {
        last->words[page] = pte_of(user_physical + page * page_size, v | r | x | u | a);
    }
    last->words[slot_of(user_stack_end - 1)] = pte_of(allocate_table(), v | r | w | u | a | d);
    return {last, satp_of(*root, asid), asid};
}

namespace {

// The hart that the task is on: another one forgets all of the task's translations when it takes
// the task over.
void flush_window(const Space& space) {
    asm volatile("sfence.vma %0, %1" ::"r"(user_window), "r"(space.asid) : "memory");
}

}  // namespace

// A and D are the walkers' to set.
void map_window(const Space& space, Frame* frame) {
    plain_store(space.last->words[slot_of(user_window)], pte_of(frame, v | r | w | u));
    flush_window(space);
}

Frame* unmap_window(const Space& space) {
    u64& pte = space.last->words[slot_of(user_window)];
    const u64 old = plain_load(pte);
    plain_store(pte, u64{0});
    flush_window(space);
    return (old & v) != 0 ? reinterpret_cast<Frame*>(old >> 10 << 12) : nullptr;
}

}  // namespace races::kernel
