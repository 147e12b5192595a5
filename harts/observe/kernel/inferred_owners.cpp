#include "harts/observe/kernel/inferred_owners.h"

#include <map>

#include "harts/observe/audit/free_lists.h"
#include "harts/observe/audit/mappings.h"
#include "harts/observe/kernel/page_table_scan.h"

namespace stampede {
namespace {

using abi::FrameOwner;

class Owners {
public:
    Owners(const AuditView& view, const KernelDescription& kernel)
        : view_(view),
          kernel_(kernel),
          mappings_(Mappings::collect(view, told_by_the_audit_)),
          free_lists_(FreeLists::collect(view, told_by_the_audit_)),
          owners_(view.frame_count()) {}

    std::vector<u8> find() && {
        page_tables();
        kernel_stacks();
        for (u64 slot = 0; slot < processes().count && processes().trapframe; ++slot) {
            if (processes().used(ram(), slot)) {
                own(processes().load(ram(), slot, *processes().trapframe), FrameOwner::trapframe);
            }
        }
        for (u64 frame = 0; frame < view_.frame_count(); ++frame) {
            if (!mappings_.of(frame).empty()) {
                own(view_.address_of(frame).value, FrameOwner::user);
            }
        }
        if (kernel_.counts) {
            for (u64 at = kernel_.counts->array_begin & ~page_offset_mask;
                 at < kernel_.counts->array_end; at += page_size) {
                own(at, FrameOwner::counts);
            }
        }
        pointed_to();
        return std::move(owners_);
    }

private:
    [[nodiscard]] const Ram& ram() const { return view_.ram(); }
    [[nodiscard]] const ProcessTable& processes() const { return *kernel_.processes; }

    // The first to claim a frame has it.
    bool own(u64 address, FrameOwner owner) {
        const auto frame = view_.frame_of({address});
        if (!frame || owners_[*frame] != static_cast<u8>(FrameOwner::free)) {
            return false;
        }
        owners_[*frame] = static_cast<u8>(owner);
        return true;
    }

    void page_tables() {
        for (u64 frame = 0; frame < view_.frame_count(); ++frame) {
            if (mappings_.holds_page_table(frame)) {
                own(view_.address_of(frame).value, FrameOwner::page_table);
            }
        }
        PageTableScan scan(
            ram(), {[this](PhysAddr table) { own(table.value, FrameOwner::page_table); }, nullptr});
        for (u64 slot = 0; slot < processes().count; ++slot) {
            for (const Field& table : processes().further_page_tables) {
                if (processes().used(ram(), slot)) {
                    scan.from({processes().load(ram(), slot, table)});
                }
            }
        }
        if (kernel_.kernel_page_table) {
            scan.from(*kernel_.kernel_page_table);
        }
    }

    // What the kernel maps elsewhere than at its own address, or a process names so.
    void kernel_stacks() {
        if (kernel_.kernel_page_table) {
            PageTableScan(ram(), {nullptr,
                                  [this](u64 address, Pte pte, int) {
                                      const u64 memory = pte.ppn().address().value;
                                      if (memory != address) {
                                          stack_at_[address] = memory;
                                          own(memory, FrameOwner::kernel_stack);
                                      }
                                  }})
                .from(*kernel_.kernel_page_table);
        }
        for (u64 slot = 0; slot < processes().count && processes().kernel_stack; ++slot) {
            own(processes().load(ram(), slot, *processes().kernel_stack), FrameOwner::kernel_stack);
        }
    }

    // Conservatively: any word that is a frame's address exactly.
    void pointed_to() {
        scan(kernel_.image_begin, kernel_.image_end);
        for (u64 slot = 0; slot < processes().count; ++slot) {
            if (processes().used(ram(), slot)) {
                stack_of(slot);
            }
        }
        while (!unread_.empty()) {
            const u64 page = unread_.back();
            unread_.pop_back();
            scan(page, page + page_size);
        }
    }

    // Of a process that sleeps, from its stack pointer on: below lies what is long returned from.
    void stack_of(u64 slot) {
        if (!processes().kernel_stack) {
            return;
        }
        const u64 stack = processes().load(ram(), slot, *processes().kernel_stack);
        const auto found = stack_at_.find(stack);
        const u64 memory = found != stack_at_.end() ? found->second : stack;
        const u64 top = stack + page_size;
        const u64 pointer = processes().saved_stack_pointer
                                ? processes().load(ram(), slot, *processes().saved_stack_pointer)
                                : stack;
        const u64 from = pointer >= stack && pointer < top ? pointer - stack : 0;
        scan(memory + from, memory + page_size);
    }

    void scan(u64 begin, u64 end) {
        for (u64 at = (begin + 7) & ~u64{7}; at + 8 <= end && ram().contains({at}, 8); at += 8) {
            const u64 word = ram().load_u64({at});
            const auto frame = word % page_size == 0 ? view_.frame_of({word}) : std::nullopt;
            if (frame && !free_lists_.holds(*frame) && own(word, FrameOwner::other)) {
                unread_.push_back(word);
            }
        }
    }

    const AuditView& view_;
    const KernelDescription& kernel_;
    Violations told_by_the_audit_;
    const Mappings mappings_;
    const FreeLists free_lists_;
    std::vector<u8> owners_;
    std::map<u64, u64> stack_at_;  // memory by the kernel's virtual address
    std::vector<u64> unread_;      // frames found by a pointer, not yet scanned
};

}  // namespace

std::vector<u8> inferred_owners(const AuditView& view, const KernelDescription& kernel) {
    return Owners(view, kernel).find();
}

}  // namespace stampede
