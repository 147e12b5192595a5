// What an audit knows of a kernel: a checked audit table and what it leads to. No address in it
// reaches outside RAM, so the accessors cannot fail. The kernel announced the table, or it was made
// of what was inferred of a kernel that announces none (observe/kernel), with rules for what such a
// kernel does otherwise.
#pragma once
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harts/memory/ram.h"
#include "kernel/abi/audit_table.h"

namespace stampede {

// Of a kernel that tells nothing of itself: what its table has no words for.
struct AuditRules {
    // A FrameOwner for each of the table's frames, as found when the view was made; `free` where
    // nobody is known to have it.
    std::shared_ptr<const std::vector<u8>> owners;
    u64 marker = 0;  // PTE bits that mark a leaf copy-on-write; 0: not known
    // The value of `state` in a slot that is none.
    u32 unused_state = 0;
    // What a count is of a frame that the kernel has for page tables, stacks and the like. None:
    // it differs, and nothing is demanded.
    std::optional<i64> kernel_count;
    // Where in a process's slot the name of its program stands; no bytes: nowhere.
    u64 name_offset = 0, name_bytes = 0;
};

class AuditView {
public:
    struct Process {
        u32 pid = 0;
        Ppn root;  // of its page table; 0: it has none
        [[nodiscard]] bool has_page_table() const { return root.value != 0; }
    };

    // Error: which field is wrong, what was found and what was expected. `ram` must outlive the
    // view.
    [[nodiscard]] static std::expected<AuditView, std::string> create(const Ram& ram,
                                                                      const abi::AuditTable& table);
    // The same of a kernel that tells nothing of itself. The table's owners, frontier, totals and
    // marker are not looked at, `root_pte_offset` is of a pointer, and it may have no counts.
    // `rules.owners` is as long as there are frames.
    [[nodiscard]] static std::expected<AuditView, std::string> create(const Ram& ram,
                                                                      const abi::AuditTable& table,
                                                                      AuditRules rules);

    // Whether the kernel announced the table; else what holds by its design only is not demanded.
    [[nodiscard]] bool announced() const { return rules_.owners == nullptr; }
    [[nodiscard]] bool has_counts() const { return table_.count_arrays != 0; }
    [[nodiscard]] std::optional<i64> kernel_count() const { return rules_.kernel_count; }

    [[nodiscard]] const Ram& ram() const { return *ram_; }
    [[nodiscard]] u64 frame_count() const { return table_.frame_count; }
    [[nodiscard]] PhysAddr address_of(u64 frame) const {
        return {table_.first_frame + frame * page_size};
    }
    // The frame that holds this address; none outside the frames.
    [[nodiscard]] std::optional<u64> frame_of(PhysAddr address) const;
    // Frames at or past this one were never used.
    [[nodiscard]] u64 frontier() const { return frontier_; }

    [[nodiscard]] i64 count(u64 frame) const {  // all arrays' sum
        u64 sum = 0;
        for (u32 n = 0; n < table_.count_arrays; ++n) {
            const abi::CountArray& counts = table_.counts[n];
            const u64 value = load(counts.address + frame * counts.stride, counts.width);
            const unsigned unused = 64 - 8 * counts.width;
            sum += counts.is_signed != 0
                       ? static_cast<u64>(static_cast<i64>(value << unused) >> unused)
                       : value;
        }
        return static_cast<i64>(sum);
    }
    [[nodiscard]] u8 owner(u64 frame) const {
        return announced() ? static_cast<u8>(load(table_.owners + frame, 1))
                           : (*rules_.owners)[frame];
    }  // a FrameOwner if the kernel is right

    [[nodiscard]] unsigned free_lists() const { return table_.free_lists; }
    [[nodiscard]] PhysAddr first_free(unsigned list) const {
        return {ram_->load_u64({table_.free[list].head_address})};
    }
    // Where the link behind a free frame stands.
    [[nodiscard]] PhysAddr free_link(u64 frame) const {
        return table_.free_links == 0 ? address_of(frame) + table_.free_link_offset
                                      : PhysAddr{table_.free_links + 8 * frame};
    }
    [[nodiscard]] PhysAddr next_free(u64 frame) const { return {ram_->load_u64(free_link(frame))}; }

    [[nodiscard]] u64 process_slots() const { return table_.process_count; }
    [[nodiscard]] std::optional<Process> process(u64 slot) const;  // none: the slot is unused
    // What its program is called, as far as that is printable; empty: not known.
    [[nodiscard]] std::string program_name(u64 slot) const;

    // Whether this is code that may touch free frames. Never in a table of version 1.
    [[nodiscard]] bool in_policy(u64 pc) const {
        return pc >= table_.policy_text_begin && pc < table_.policy_text_end;
    }
    // Whether a load there may be somebody's who counts free frames, in a kernel that does not say
    // who may.
    [[nodiscard]] bool may_be_link(PhysAddr at) const {
        return !announced() && at.offset() / 8 == table_.free_link_offset / 8;
    }
    [[nodiscard]] bool tells_policy() const {
        return table_.policy_text_begin != table_.policy_text_end;
    }

    // PTE bits, any of which marks a leaf; 0: not known.
    [[nodiscard]] u64 marker() const { return rules_.marker; }
    [[nodiscard]] u64 user_end() const { return table_.user_end; }

private:
    AuditView(const Ram& ram, const abi::AuditTable& table, AuditRules rules)
        : ram_(&ram), table_(table), rules_(std::move(rules)) {}
    // 1, 2, 4 or 8 bytes, aligned.
    [[nodiscard]] u64 load(u64 address, unsigned width) const {
        const u8* const at = ram_->host({address});
        switch (width) {
        case 1: return __atomic_load_n(at, __ATOMIC_RELAXED);
        case 2: return __atomic_load_n(reinterpret_cast<const u16*>(at), __ATOMIC_RELAXED);
        case 4: return __atomic_load_n(reinterpret_cast<const u32*>(at), __ATOMIC_RELAXED);
        default: return __atomic_load_n(reinterpret_cast<const u64*>(at), __ATOMIC_RELAXED);
        }
    }

    const Ram* ram_;
    abi::AuditTable table_;
    AuditRules rules_;
    u64 frontier_ = 0;
};

}  // namespace stampede
