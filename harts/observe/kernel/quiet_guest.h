// The memory of a small kernel whose processes all sleep, made by hand around one of the files of
// test_kernel/: right until a test breaks something.
#pragma once
#include <functional>
#include <string>

#include "harts/image/symbols.h"
#include "harts/memory/pte.h"
#include "harts/memory/ram.h"
#include "harts/observe/kernel/test_kernel/layout.h"

namespace stampede {

class QuietGuest {
public:
    // init, a shell and its child, which share text, a guard page and data that is copied on write,
    // and a program. Each process has a page table, a trap frame and a kernel stack.
    explicit QuietGuest(int variant, u64 marker = u64{1} << 8);

    static constexpr u64 user = Pte::v | Pte::u | Pte::a | Pte::d;
    static constexpr u64 trapframe = (u64{1} << 38) - 2 * page_size;
    static constexpr u64 trampoline = trapframe + page_size;
    static constexpr unsigned shell = 1, child = 2;  // slots
    static constexpr u64 text = 0, guard = 0x2000, data = 0x3000, own_page = 0x4000;
    static constexpr u64 shared_frames = 3;

    [[nodiscard]] const Symbols& symbols() const { return symbols_; }
    [[nodiscard]] Ram& ram() { return ram_; }
    [[nodiscard]] u64 address_of(const std::string& symbol) const;

    [[nodiscard]] u64 end() const;  // of the kernel's image
    [[nodiscard]] u64 first_frame() const { return first_; }
    // The highest that is not taken.
    u64 take_frame();
    // Takes one off the end of the free list, and nobody knows it.
    u64 lose_frame();
    [[nodiscard]] u64 a_free_frame() const { return next_ - page_size; }

    [[nodiscard]] u64 pte(unsigned slot, u64 address) const;
    void set_pte(unsigned slot, u64 address, u64 bits);
    [[nodiscard]] u64 frame_at(unsigned slot, u64 address) const {
        return Pte{pte(slot, address)}.ppn().address().value;
    }

    // The frame that a process's kernel stack lies in.
    [[nodiscard]] u64 stack_memory(unsigned slot) const;

    void set_state(unsigned slot, test_kernel::procstate state);
    void set_count(u64 frame, u64 count) { count_(frame, count); }
    void store(u64 address, u64 value, u64 width = 8);

private:
    void fill(u64 marker);
    void make_counts(int variant);
    void map(u64 root, u64 address, u64 frame, u64 permissions, u64 count);
    [[nodiscard]] PhysAddr leaf(u64 root, u64 address) const;
    unsigned add_process(int pid, unsigned parent);
    void link_free_frames();
    [[nodiscard]] u64 process(unsigned slot) const;

    Symbols symbols_;
    Ram ram_;
    std::function<void(u64 frame, u64 count)> count_;
    u64 first_ = 0, next_ = test_kernel::physical_end;
    u64 kernel_root_ = 0;
    unsigned next_slot_ = 0;
    bool per_hart_ = false;
};

}  // namespace stampede
