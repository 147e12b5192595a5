#include "harts/observe/kernel/quiet_guest.h"

#include <algorithm>
#include <cstddef>
#include <span>

namespace stampede {
namespace {

using test_kernel::kernbase, test_kernel::physical_end;
using Process = test_kernel::proc;

constexpr u64 kernel_stacks = u64{0x3f} << 32;
constexpr u64 freelist = sizeof(test_kernel::spinlock);  // in kmem

u64 whole_pages(u64 address) { return (address + page_size - 1) / page_size * page_size; }

}  // namespace

QuietGuest::QuietGuest(int variant, u64 marker)
    : symbols_(ElfImage::read(TEST_KERNEL + std::to_string(variant) + ".elf").value()),
      ram_(std::move(Ram::create(physical_end - kernbase).value())),
      per_hart_(variant == 5) {
    first_ = whole_pages(end());
    make_counts(variant);
    fill(marker);
    link_free_frames();
}

u64 QuietGuest::end() const {
    u64 end = 0;
    for (const ElfSegment& segment : symbols_.image().segments()) {
        end = std::max(end, segment.virtual_address + segment.memory_size);
    }
    return end;
}

u64 QuietGuest::address_of(const std::string& symbol) const {
    return symbols_.address_of(symbol).value();
}

void QuietGuest::store(u64 address, u64 value, u64 width) {
    ram_.copy_in({address}, std::span(reinterpret_cast<const u8*>(&value), width));
}

// What each VARIANT of kernel.cpp does.
void QuietGuest::make_counts(int variant) {
    const auto by = [this](u64 array, u64 origin, u64 stride, u64 width) {
        count_ = [=, this](u64 frame, u64 count) {
            store(array + (frame - origin) / page_size * stride, count, width);
        };
    };
    const u64 end = this->end();
    switch (variant) {
    case 1: return by(address_of("refs"), 0, 4, 4);
    case 2: return by(address_of("table") + sizeof(test_kernel::spinlock), kernbase, 1, 1);
    case 3:
        store(address_of("counts"), end);
        by(end, end, 2, 2);
        first_ = whole_pages(end + 2 * test_kernel::frames_of_ram);
        return;
    case 4: return by(address_of("pages") + sizeof(test_kernel::spinlock), kernbase, 32, 4);
    case 5: {
        const u64 array = first_;
        first_ = whole_pages(array + 8 * test_kernel::frames_of_ram);
        store(address_of("counters"), array);
        store(address_of("page_start"), first_);
        return by(array, first_, 8, 8);
    }
    case 6:
        count_ = [this](u64 frame, u64 count) {
            store(address_of("refs") + (frame - kernbase) / page_size * 4, count, 4);
            store(address_of("copies") + (frame - kernbase) / page_size * 4, count, 4);
        };
        return;
    default: count_ = [](u64, u64) {}; return;
    }
}

u64 QuietGuest::take_frame() {
    next_ -= page_size;
    set_count(next_, 1);
    store(address_of("ages") + (next_ - kernbase) / page_size * 4, 1, 4);
    return next_;
}

u64 QuietGuest::lose_frame() {
    next_ -= page_size;
    store(address_of("kmem") + freelist, next_ - page_size);
    return next_;
}

void QuietGuest::map(u64 root, u64 address, u64 frame, u64 permissions, u64 count) {
    u64 at = root;
    for (int level = 2; level > 0; --level) {
        const PhysAddr entry{at + sv39_index(address, level) * 8};
        if (ram_.load_u64(entry) == 0) {
            ram_.store_u64(entry, take_frame() >> 2 | Pte::v);
        }
        at = Pte{ram_.load_u64(entry)}.ppn().address().value;
    }
    ram_.store_u64({at + sv39_index(address, 0) * 8}, frame >> 2 | permissions);
    if (count != 0) {
        set_count(frame, count);
    }
}

PhysAddr QuietGuest::leaf(u64 root, u64 address) const {
    u64 at = root;
    for (int level = 2; level > 0; --level) {
        at = Pte{ram_.load_u64({at + sv39_index(address, level) * 8})}.ppn().address().value;
    }
    return {at + sv39_index(address, 0) * 8};
}

u64 QuietGuest::process(unsigned slot) const { return address_of("proc") + slot * sizeof(Process); }

u64 QuietGuest::pte(unsigned slot, u64 address) const {
    return ram_.load_u64(
        leaf(ram_.load_u64({process(slot) + offsetof(Process, pagetable)}), address));
}

void QuietGuest::set_pte(unsigned slot, u64 address, u64 bits) {
    ram_.store_u64(leaf(ram_.load_u64({process(slot) + offsetof(Process, pagetable)}), address),
                   bits);
}

u64 QuietGuest::stack_memory(unsigned slot) const {
    const u64 stack = ram_.load_u64({process(slot) + offsetof(Process, kstack)});
    return Pte{ram_.load_u64(leaf(kernel_root_, stack))}.ppn().address().value;
}

void QuietGuest::set_state(unsigned slot, test_kernel::procstate state) {
    store(process(slot) + offsetof(Process, state), state, 4);
}

unsigned QuietGuest::add_process(int pid, unsigned parent) {
    const unsigned slot = next_slot_++;
    const u64 at = process(slot), root = take_frame(), frame = take_frame();
    set_state(slot, test_kernel::SLEEPING);
    store(at + offsetof(Process, pid), static_cast<u64>(pid), 4);
    store(at + offsetof(Process, parent), process(parent));
    store(at + offsetof(Process, pagetable), root);
    store(at + offsetof(Process, trapframe), frame);
    const u64 stack = kernel_stacks + 2 * slot * page_size, memory = take_frame();
    map(kernel_root_, stack, memory, Pte::v | Pte::r | Pte::w, 0);
    store(at + offsetof(Process, kstack), stack);
    store(at + offsetof(Process, context.sp), stack + 0xf00);
    map(root, trampoline, kernbase, Pte::v | Pte::r | Pte::x, 0);
    map(root, trapframe, frame, Pte::v | Pte::r | Pte::w, 0);
    return slot;
}

void QuietGuest::fill(u64 marker) {
    kernel_root_ = take_frame();
    store(address_of("kernel_pagetable"), kernel_root_);
    for (u64 address = kernbase; address < physical_end; address += page_size) {
        map(kernel_root_, address, address, Pte::v | Pte::r | Pte::w, 0);
    }
    map(kernel_root_, trampoline, kernbase, Pte::v | Pte::r | Pte::x, 0);
    store(address_of("waiters"), address_of("first_waiter"));
    store(address_of("pipe"), take_frame());

    const auto root = [this](unsigned slot) {
        return ram_.load_u64({process(slot) + offsetof(Process, pagetable)});
    };
    const unsigned init = add_process(1, 0);
    add_process(2, init);
    add_process(3, shell);
    const unsigned program = add_process(4, child);
    for (unsigned slot : {init, program}) {
        for (const u64 address : {text, u64{0x1000}, data, own_page}) {
            map(root(slot), address, take_frame(), user | Pte::r | Pte::w, 1);
        }
    }
    const u64 text_frame = take_frame(), guard_frame = take_frame(), data_frame = take_frame();
    for (const unsigned slot : {shell, child}) {
        map(root(slot), text, text_frame, user | Pte::r | Pte::x, 2);
        map(root(slot), guard, guard_frame, Pte::v | Pte::r | Pte::a | marker, 2);
        map(root(slot), data, data_frame, user | Pte::r | marker, 2);
        map(root(slot), own_page, take_frame(), user | Pte::r | Pte::w, 1);
    }
}

// Free frames keep what they have for a count: kernels differ.
void QuietGuest::link_free_frames() {
    u64 head = address_of("kmem") + freelist;
    u64 next = 0;
    for (u64 frame = first_; frame < next_; frame += page_size) {
        const bool half =
            per_hart_ && frame == first_ + (next_ - first_) / page_size / 2 * page_size;
        if (half) {  // of another hart
            store(head + freelist + sizeof(test_kernel::run), next);
            next = 0;
        }
        store(frame, next);
        set_count(frame, frame / page_size % 2 == 0 ? 0 : ~u64{0});
        next = frame;
    }
    store(head, next);
}

}  // namespace stampede
