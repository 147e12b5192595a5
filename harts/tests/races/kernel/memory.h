// Frames of memory, guarded by a reserved lock, and the page tables of tasks.
#pragma once
#include "harts/tests/races/kernel/hart.h"

namespace races::kernel {

inline constexpr u64 page_size = 4096;

struct alignas(page_size) Frame {
    u64 words[page_size / 8];
};

void make_frames(u64 number);  // hart 0, before the others start
[[nodiscard]] Frame* allocate_frame();
void free_frame(Frame* frame);

// Where things stand for a task; each in one table of 2 MiB.
inline constexpr u64 user_code = 0x4000'0000, user_window = 0x4010'0000,
                     user_stack_end = 0x4020'0000;

// The kernel's own translation, global: devices and RAM where they are.
void make_kernel_space();
[[nodiscard]] u64 kernel_satp();

// A task's: its own page tables in frames of their own, kept to the end.
struct Space {
    Frame* last = nullptr;
    u64 satp = 0;
    u64 asid = 0;
};
[[nodiscard]] Space make_space(u64 asid);
// By the task itself.
void map_window(const Space& space, Frame* frame);
[[nodiscard]] Frame* unmap_window(const Space& space);
inline void flush_space(const Space& space) {
    asm volatile("sfence.vma x0, %0" ::"r"(space.asid) : "memory");
}

}  // namespace races::kernel
