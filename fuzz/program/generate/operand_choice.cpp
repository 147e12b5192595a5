#include "fuzz/program/generate/operand_choice.h"

#include <algorithm>

namespace stampede::fuzz {

namespace {

namespace descriptor_of = abi::program_descriptor;
namespace pid_of = abi::program_pid;

constexpr u64 one_odd_in = 12;  // operands that mostly lead somewhere
constexpr unsigned last_page = abi::program_region_pages - 1;

// The n-th clear or set bit of a mask of slots, by chance; any slot where there is none.
u8 slot_in(u32 mask, RandomNumbers& random) {
    mask &= (1u << abi::program_slots) - 1;
    return static_cast<u8>(
        mask == 0 ? random.below(abi::program_slots)
                  : nth_bit(mask, random.below(static_cast<u64>(std::popcount(mask)))));
}

}  // namespace

OperandChoice::OperandChoice(RandomNumbers& random) : random_(random) {
    u64 page = random_.below(abi::program_region_pages);
    for (u16& offset : hot_) {
        offset = static_cast<u16>(page * page_size + random_.below(4) * 8);
        page = random_.chance(1, 2) ? page : random_.below(abi::program_region_pages);
    }
}

Address OperandChoice::hot_address() {
    u16 offset = hot_[random_.below(hot_.size())];
    const u16 page = static_cast<u16>(offset / page_size * page_size);
    switch (random_.below(8)) {
    case 0: offset = page; break;
    case 1: offset = static_cast<u16>(page + page_size - 1 - random_.below(8)); break;
    case 2: offset ^= static_cast<u16>(1u << random_.below(12)); break;
    case 3:
        offset = static_cast<u16>(random_.chance(1, 4) ? random_.below(abi::program_region_size)
                                                       : offset);
        break;
    default: break;
    }
    return {Address::Base::region, offset};
}

Address OperandChoice::odd_address() {
    const auto base = static_cast<Address::Base>(random_.below(abi::program_base_count));
    const OffsetRange range = offsets_of(base);
    const u64 span = range.last - range.first + 1;
    u64 at = random_.below(span);
    switch (random_.below(4)) {
    case 0: at = random_.below(std::min<u64>(span, 16)); break;             // its begin
    case 1: at = span - 1 - random_.below(std::min<u64>(span, 16)); break;  // its end
    case 2:
        at = std::min(span - 1, at / page_size * page_size + page_size - 1 - random_.below(8));
        break;  // a page's
    default: break;
    }
    return {base, static_cast<u16>(range.first + at)};
}

Address OperandChoice::address(CallKind kind, const Resources& resources) {
    if (kind == CallKind::wait || kind == CallKind::pipe) {
        return random_.chance(2, 3)   ? Address{}
               : random_.chance(1, 4) ? odd_address()
                                      : hot_address();
    }
    // A load or store that faults ends its process, a refused call does not.
    const bool direct = kind == CallKind::load || kind == CallKind::store;
    if (kind == CallKind::jump && random_.chance(1, 2)) {
        return odd_address();
    }
    if (random_.chance(1, direct ? 4 * one_odd_in : one_odd_in)) {
        return odd_address();
    }
    if (resources.heap_is_fresh ? random_.chance(3, 4)
                                : random_.chance(1, resources.grown != 0 ? 3 : 100)) {
        const u64 pages =
            std::clamp<u64>(resources.grown / page_size, 1, (u64{1} << 16) / page_size);
        const u64 page = random_.chance(1, 2) ? pages - 1 : random_.below(pages);
        return {Address::Base::heap, static_cast<u16>(page * page_size + random_.below(4) * 8)};
    }
    // What runs over the region's end meets the heap's begin.
    return !direct && random_.chance(1, 12)
               ? Address{Address::Base::region, static_cast<u16>(last_page * page_size + page_size -
                                                                 1 - random_.below(32))}
               : hot_address();
}

Length OperandChoice::length(const Call& call, Resources resources) {
    if (random_.chance(1, 24)) {
        return {static_cast<u16>(Length::huge + random_.below(3))};
    }
    const PipeResource* const pipe = resources.pipe_of(call.descriptor);
    if (call.kind == CallKind::read && pipe != nullptr && pipe->bytes != 0 &&
        random_.chance(1, 2)) {
        return {static_cast<u16>(std::min<u32>(pipe->bytes, Length::last_plain))};
    }
    switch (random_.below(8)) {
    case 0: return {static_cast<u16>(random_.below(2))};
    case 1: return {static_cast<u16>(page_size - 8 + random_.below(16))};
    case 2: return {static_cast<u16>(random_.below(Length::last_plain + 1))};
    default: return {static_cast<u16>(1 + random_.below(100))};
    }
}

Descriptor OperandChoice::pipe_end(Resources::End end, const Resources& resources) {
    std::array<Descriptor, 6> fit{};
    u64 count = 0;
    const auto consider = [&](const PipeResource& pipe, Descriptor descriptor) {
        if (end == Resources::End::Writer ? pipe.writers != 0 : pipe.can_be_read()) {
            fit[count++] = descriptor;
        }
    };
    for (unsigned n = 0; n < resources.made.size(); ++n) {
        consider(resources.made[n], Resources::end_of_made(n, end));
    }
    // Own pipes first: what others read or write of the shared ones is for them to settle.
    if (count == 0 || random_.chance(1, 3)) {
        for (unsigned n = 0; n < resources.shared.size(); ++n) {
            consider(resources.shared[n], Resources::end_of_shared(n, end));
        }
    }
    return count != 0 ? fit[random_.below(count)] : Resources::end_of_shared(below(2), end);
}

Descriptor OperandChoice::descriptor(CallKind kind, const Resources& resources) {
    if (random_.chance(1, one_odd_in)) {
        return {below(descriptor_of::count)};
    }
    const bool nothing_else =
        kind == CallKind::fstat || (kind == CallKind::read && !resources.pipe_has_bytes());
    const bool on_file = resources.opened != 0 && (nothing_else || random_.chance(1, 3));
    if (on_file) {
        return {static_cast<u8>(descriptor_of::opened + slot_in(resources.opened, random_))};
    }
    if (resources.copied != 0 && random_.chance(1, 6)) {
        return {static_cast<u8>(descriptor_of::copied + slot_in(resources.copied, random_))};
    }
    const bool reads = kind == CallKind::read || (kind != CallKind::write && random_.chance(1, 2));
    if (kind == CallKind::close) {
        const u8 pipe = below(random_.chance(1, 8) ? 6 : 4);
        return {static_cast<u8>(2 * pipe + below(2))};
    }
    return pipe_end(reads ? Resources::End::Reader : Resources::End::Writer, resources);
}

Pid OperandChoice::pid(const Resources& resources) {
    if (resources.forked != 0 && random_.chance(2, 3)) {
        return {static_cast<u8>(pid_of::forked + slot_in(resources.forked, random_))};
    }
    return random_.chance(1, 2)
               ? Pid{static_cast<u8>(pid_of::process + below(abi::program_processes))}
               : Pid{below(pid_of::count)};
}

Path OperandChoice::path(CallKind kind) {
    if (kind == CallKind::exec && random_.chance(3, 4)) {
        return {static_cast<u8>(random_.chance(1, 2) ? 4 : abi::program_made_path)};  // /echo
    }
    return {below(abi::program_path_limit)};
}

i32 OperandChoice::any_number(Operand operand) {
    const NumberRange range = numbers_of(operand);
    if (operand == Operand::HeapBytes && random_.chance(1, 8)) {
        return least_heap_bytes;
    }
    return static_cast<i32>(range.first + static_cast<i64>(random_.below(
                                              static_cast<u64>(range.last - range.first + 1))));
}

i32 OperandChoice::number(Operand operand) {
    switch (operand) {
    case Operand::HeapBytes:
        if (random_.chance(1, 4)) {
            return numbers_of(operand).last;  // a fork then has many pages to mark at once
        }
        return random_.chance(3, 4)
                   ? static_cast<i32>(page_size) * (static_cast<i32>(random_.below(5)) - 1)
                   : any_number(operand);
    case Operand::Status: return random_.chance(1, 2) ? 0 : any_number(operand);
    case Operand::Ticks: return static_cast<i32>(random_.below(2));
    case Operand::Major: return random_.chance(1, 2) ? 1 : any_number(operand);
    case Operand::Allocation: return static_cast<i32>(random_.below(20));
    default: return any_number(operand);
    }
}

u8 OperandChoice::slot(CallKind kind, const Resources& resources) {
    u32 used = kind == CallKind::fork   ? resources.forked
               : kind == CallKind::open ? resources.opened
                                        : resources.copied;
    if (kind == CallKind::pipe) {
        used = 0;
        for (unsigned n = 0; n < resources.made.size(); ++n) {
            used |= resources.made[n].readers != 0 || resources.made[n].writers != 0 ? 1u << n : 0;
        }
    }
    return slot_in(~used, random_);
}

void OperandChoice::choose(Call& call, Operand operand, const Resources& resources) {
    switch (operand) {
    case Operand::Result:
    case Operand::PipeSlot: call.slot = slot(call.kind, resources); break;
    case Operand::Descriptor: call.descriptor = descriptor(call.kind, resources); break;
    case Operand::Pid: call.pid = pid(resources); break;
    case Operand::Path: call.path = path(call.kind); break;
    case Operand::SecondPath: call.second_path = path(call.kind); break;
    case Operand::Address:
    case Operand::OptionalAddress: call.address = address(call.kind, resources); break;
    case Operand::Length: call.length = length(call, resources); break;
    case Operand::None:
    case Operand::Body: break;
    default: call.number = number(operand); break;
    }
}

void OperandChoice::choose_odd(Call& call, Operand operand) {
    switch (operand) {
    case Operand::Result:
    case Operand::PipeSlot: call.slot = below(abi::program_slots); break;
    case Operand::Descriptor: call.descriptor = {below(descriptor_of::count)}; break;
    case Operand::Pid: call.pid = {below(pid_of::count)}; break;
    case Operand::Path: call.path = {below(abi::program_path_limit)}; break;
    case Operand::SecondPath: call.second_path = {below(abi::program_path_limit)}; break;
    case Operand::Address:
    case Operand::OptionalAddress:
        call.address = random_.chance(1, 2) ? odd_address() : hot_address();
        break;
    case Operand::Length:
        call.length = {static_cast<u16>(random_.chance(1, 4) ? Length::huge + random_.below(3)
                                                             : random_.below(Length::limit))};
        break;
    case Operand::None:
    case Operand::Body: break;
    default: call.number = any_number(operand); break;
    }
}

}  // namespace stampede::fuzz
