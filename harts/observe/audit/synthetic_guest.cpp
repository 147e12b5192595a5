#include "harts/observe/audit/synthetic_guest.h"

#include <array>
#include <bit>
#include <span>

namespace stampede {
namespace {

constexpr PhysAddr table_at{ram_base.value};
constexpr PhysAddr counts_at{ram_base.value + 0x8000};
constexpr PhysAddr owners_at{ram_base.value + 0x9000};
constexpr PhysAddr free_head_at{ram_base.value + 0xa000};
constexpr PhysAddr frontier_at{ram_base.value + 0xa008};
constexpr PhysAddr stats_at{ram_base.value + 0xb000};
constexpr PhysAddr processes_at{ram_base.value + 0xc000};
constexpr PhysAddr frames_at{ram_base.value + 0x40000};
constexpr u64 process_stride = 64;
constexpr u64 state_offset = 0, pid_offset = 4, root_offset = 8;
constexpr u32 running = 3;

u64 table_pte(u64 frame) { return SyntheticGuest::address_of(frame).value >> 2 | Pte::v; }

}  // namespace

PhysAddr SyntheticGuest::table_address() const { return table_at; }
PhysAddr SyntheticGuest::address_of(u64 frame) { return frames_at + frame * page_size; }

SyntheticGuest::SyntheticGuest() : ram_(std::move(Ram::create(u64{2} << 20).value())) {
    table_.magic = abi::AuditTable::expected_magic;
    table_.version = abi::AuditTable::current_version;
    table_.marker_bit = 8;
    table_.first_frame = frames_at.value;
    table_.frame_count = frames;
    table_.frontier_address = frontier_at.value;
    table_.owners = owners_at.value;
    table_.count_arrays = 1;
    table_.counts[0] = {counts_at.value, 4, 0, 4};
    table_.free_lists = 1;
    table_.free[0] = {free_head_at.value};
    table_.process_base = processes_at.value;
    table_.process_stride = process_stride;
    table_.process_count = slots;
    table_.pid_offset = pid_offset;
    table_.state_offset = state_offset;
    table_.root_pte_offset = root_offset;
    table_.user_end = u64{1} << 38;
    table_.stats_address = stats_at.value;
    table_.stats_stride = sizeof(abi::KernelStats);
    table_.stats_count = 1;
    ram_.store_u64(frontier_at, address_of(frontier).value);
}

u64 SyntheticGuest::take_frame(abi::FrameOwner owner) {
    set_owner(next_frame_, static_cast<u8>(owner));
    return next_frame_++;
}

u64 SyntheticGuest::new_page_table() {
    const u64 frame = take_frame(abi::FrameOwner::page_table);
    set_count(frame, 1);
    return frame;
}

unsigned SyntheticGuest::add_process(u32 pid) {
    const PhysAddr at = processes_at + next_slot_ * process_stride;
    store_u32(at + state_offset, running);
    store_u32(at + pid_offset, pid);
    const u64 root = new_page_table();
    ram_.store_u64(at + root_offset, address_of(root).value / page_size);
    // The kernel's half: a global gigabyte that an audit of user mappings has no business with.
    ram_.store_u64(address_of(root) + 511 * 8,
                   (u64{0x8000'0000} >> 2) | Pte::v | Pte::r | Pte::w | Pte::x | Pte::g);
    return next_slot_++;
}

void SyntheticGuest::map(unsigned slot, u64 virtual_address, u64 frame, u64 permissions) {
    u64 at = root_of(slot);
    for (int level = 2; level > 0; --level) {
        const PhysAddr entry = address_of(at) + sv39_index(virtual_address, level) * 8;
        if (ram_.load_u64(entry) == 0) {
            ram_.store_u64(entry, table_pte(new_page_table()));
        }
        at = (Pte{ram_.load_u64(entry)}.ppn().address().value - frames_at.value) / page_size;
    }
    ram_.store_u64(address_of(at) + sv39_index(virtual_address, 0) * 8,
                   address_of(frame).value >> 2 | permissions);
    set_count(frame, count(frame) + 1);
}

void SyntheticGuest::finish() {
    u64 next = 0;
    for (u64 frame = frontier; frame-- > next_frame_;) {
        set_next_free(frame, next);
        next = address_of(frame).value;
    }
    ram_.store_u64(free_head_at, next);
    const auto bytes = std::bit_cast<std::array<u8, sizeof(abi::AuditTable)>>(table_);
    ram_.copy_in(table_at, bytes);
}

u64 SyntheticGuest::root_of(unsigned slot) const {
    const u64 ppn = ram_.load_u64(processes_at + slot * process_stride + root_offset);
    return (ppn * page_size - frames_at.value) / page_size;
}

PhysAddr SyntheticGuest::pte_address(unsigned slot, u64 virtual_address) const {
    PhysAddr at = address_of(root_of(slot));
    for (int level = 2; level > 0; --level) {
        at = Pte{ram_.load_u64(at + sv39_index(virtual_address, level) * 8)}.ppn().address();
    }
    return at + sv39_index(virtual_address, 0) * 8;
}

u32 SyntheticGuest::count(u64 frame) const {
    std::array<u8, 4> bytes;
    ram_.copy_out(counts_at + frame * 4, bytes);
    return std::bit_cast<u32>(bytes);
}

void SyntheticGuest::set_count(u64 frame, u32 count) { store_u32(counts_at + frame * 4, count); }
void SyntheticGuest::set_owner(u64 frame, u8 owner) {
    ram_.copy_in(owners_at + frame, std::span(&owner, 1));
}

std::vector<u64> SyntheticGuest::free_frames() const {
    std::vector<u64> free;
    for (u64 at = ram_.load_u64(free_head_at); at != 0; at = ram_.load_u64({at})) {
        free.push_back((at - frames_at.value) / page_size);
    }
    return free;
}

void SyntheticGuest::store_u32(PhysAddr at, u32 value) {
    ram_.copy_in(at, std::bit_cast<std::array<u8, 4>>(value));
}

}  // namespace stampede
