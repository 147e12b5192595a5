#include "stress/tests/guest_memory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>

namespace stampede {

GuestMemory::GuestMemory(Ram& ram, PhysAddr table)
    : ram_(ram),
      table_(load_audit_table(ram, table).value()),
      view_(AuditView::create(ram, table_).value()) {
    for (u64 slot = 0; slot < view_.process_slots(); ++slot) {
        if (const auto process = view_.process(slot); process && process->has_page_table()) {
            collect(process->root.address(), sv39_levels - 1);
        }
    }
}

void GuestMemory::collect(PhysAddr table, int level) {
    const u64 entries = level == sv39_levels - 1 ? view_.user_end() / sv39_level_size(level) : 512;
    for (u64 index = 0; index < entries; ++index) {
        const PhysAddr at = table + index * 8;
        const Pte pte{ram_.load_u64(at)};
        if (!pte.valid()) {
            continue;
        }
        if (!pte.leaf()) {
            collect(pte.ppn().address(), level - 1);
        } else if (pte.has(Pte::u)) {
            leaves_.push_back({at, pte, view_.frame_of(pte.ppn().address()).value()});
        }
    }
}

GuestMemory::Leaf GuestMemory::leaf_with(u64 set, u64 clear) const {
    const auto found = std::ranges::find_if(leaves_, [&](const Leaf& leaf) {
        return leaf.pte.has(set) && (leaf.pte.bits & clear) == 0;
    });
    if (found == leaves_.end()) {
        ADD_FAILURE() << "no user page with " << set << " and without " << clear;
        return {};
    }
    return *found;
}

void GuestMemory::add_to_count(u64 frame, i64 difference) {
    const abi::CountArray& counts = table_.counts[0];
    const PhysAddr at{counts.address + frame * counts.stride};
    std::array<u8, 8> bytes{};
    const auto stored = std::span(bytes).first(counts.width);
    ram_.copy_out(at, stored);
    bytes = std::bit_cast<std::array<u8, 8>>(std::bit_cast<i64>(bytes) + difference);
    ram_.copy_in(at, stored);
}

std::vector<u64> GuestMemory::free_frames(std::size_t most) const {
    std::vector<u64> longest;
    for (unsigned list = 0; list < view_.free_lists(); ++list) {
        std::vector<u64> frames;
        for (PhysAddr at = view_.first_free(list); at.value != 0 && frames.size() < most;) {
            frames.push_back(view_.frame_of(at).value());
            at = view_.next_free(frames.back());
        }
        longest = frames.size() > longest.size() ? frames : longest;
    }
    return longest;
}

void GuestMemory::free(u64 frame) {
    const u8 owner = static_cast<u8>(abi::FrameOwner::free);
    ram_.copy_in({table_.owners + frame}, std::span(&owner, 1));
    add_to_count(frame, -view_.count(frame));
    const PhysAddr head{table_.free[0].head_address};
    set_next_free(frame, ram_.load_u64(head));
    ram_.store_u64(head, address_of(frame));
}

}  // namespace stampede
