#include "fuzz/program/lowered.h"

#include <cassert>

#include "fuzz/program/view.h"
#include "kernel/abi/system_calls.h"

namespace stampede::fuzz {

namespace {

using abi::ProgramOperation;

u16 lowered_offset(Address address) {
    const bool downward =
        address.base == Address::Base::stack || address.base == Address::Base::below_max;
    return static_cast<u16>(downward ? abi::program_downward - address.offset : address.offset);
}

// The system call gets 0 for it, which means no address.
bool is_zero(Address address) {
    return address.base == Address::Base::null ||
           (address.base == Address::Base::text && address.offset == 0);
}

bool certainly_bad(Path path) {
    return path.index == abi::program_path_unmapped || path.index == abi::program_path_in_kernel;
}

u8 operand_of(const Call& call) {
    for (const Operand operand : operands_of(call.kind)) {
        switch (operand) {
        case Operand::Descriptor: return call.descriptor.index;
        case Operand::Pid: return call.pid.index;
        case Operand::Path: return call.path.index;
        default: break;
        }
    }
    return 0;
}

i64 value_of(const Call& call) {
    switch (call.kind) {
    case CallKind::read:
    case CallKind::write: return call.length.value();
    case CallKind::open: return open_flags(call.number);
    case CallKind::system_call:
        return call.number == numbers_of(Operand::NoCall).last ? -1
                                                               : call.number;  // beyond all, too
    default: return call.number;
    }
}

// What must come of a call by this process.
u8 certain_result(const Call& call, const View& view) {
    switch (call.kind) {
    case CallKind::store:
        return view.certainly_bad(call.address, 1, Access::Write) ? ProgramOperation::must_fault
                                                                  : u8{0};
    case CallKind::load:
        return view.certainly_bad(call.address, 1, Access::Read) ? ProgramOperation::must_fault
                                                                 : u8{0};
    case CallKind::read:
        return view.certainly_bad(call.address, 1, Access::Write) ? ProgramOperation::not_positive
                                                                  : u8{0};
    case CallKind::write:
        return view.certainly_bad(call.address, 1, Access::Read) ? ProgramOperation::not_positive
                                                                 : u8{0};
    case CallKind::wait:
        if (is_zero(call.address)) {
            return 0;
        }
        [[fallthrough]];
    case CallKind::pipe:
    case CallKind::fstat:
        return view.certainly_bad(call.address, bytes_written(call), Access::Write)
                   ? ProgramOperation::minus_one
                   : u8{0};
    default:
        return certainly_bad(call.path) || certainly_bad(call.second_path)
                   ? ProgramOperation::minus_one
                   : u8{0};
    }
}

class Lowering {
public:
    explicit Lowering(const Program& program) : watched_(watched_bytes(program)) {}

    abi::ProgramHeader::Part process(const Calls& calls) {
        View view(watched_.offsets);
        const u32 first = static_cast<u32>(operations_.size());
        if (!list(calls, view)) {
            check(view);
        }
        return {first, static_cast<u32>(operations_.size()) - first};
    }

    std::string image(const abi::ProgramHeader& header) const {
        std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
        bytes.append(reinterpret_cast<const char*>(operations_.data()),
                     operations_.size() * sizeof(ProgramOperation));
        assert(bytes.size() <= abi::program_image_limit);
        return bytes;
    }

private:
    // Whether it ends in an exit.
    bool list(const Calls& calls, View& view) {
        for (const Call& call : calls) {
            if (call.kind == CallKind::exit) {
                check(view);
                add(call, 0);
                return true;
            }
            one(call, view);
        }
        return false;
    }

    void one(const Call& call, View& view) {
        add(call, certain_result(call, view));
        if (call.kind == CallKind::fork) {
            fork(call, view);
        } else if (call.kind == CallKind::load) {
            expect_byte(call.address, view);
        } else if (call.kind == CallKind::store) {
            if (call.address.base == Address::Base::region) {
                view.store(call.address.offset, static_cast<u8>(call.number));
            }
        } else if (call.kind == CallKind::sbrk && call.number > 0) {
            view.heap_may_grow();
        } else if (const u64 bytes = bytes_written(call); bytes != 0) {
            view.may_write(call.address, bytes);
        }
    }

    void fork(const Call& call, View child) {
        const u64 at = operations_.size() - 1;
        if (!list(call.body, child)) {
            check(child);
            Call end;
            end.kind = CallKind::exit;
            add(end, 0);
        }
        operations_[at].value = static_cast<i64>(operations_.size() - at - 1);
    }

    void check(const View& view) {
        for (const u16 offset : watched_.checked) {
            if (view.at(offset)) {
                Call load;
                load.kind = CallKind::load;
                load.address = {Address::Base::region, offset};
                add(load, 0);
                expect_byte(load.address, view);
            }
        }
    }

    void expect_byte(Address address, const View& view) {
        if (address.base != Address::Base::region) {
            return;
        }
        if (const auto byte = view.at(address.offset)) {
            operations_.back().flags |= ProgramOperation::byte_known;
            operations_.back().value = *byte;
        }
    }

    void add(const Call& call, u8 flags) {
        operations_.push_back({call.kind, flags, call.slot, operand_of(call), call.address.base,
                               call.second_path.index, lowered_offset(call.address),
                               value_of(call)});
    }

    WatchedBytes watched_;
    std::vector<ProgramOperation> operations_;
};

}  // namespace

i64 open_flags(i32 number) {
    i64 flags = number % 3;
    flags |= number / 3 % 2 != 0 ? abi::o_create : 0;
    flags |= number / 6 != 0 ? abi::o_trunc : 0;
    return flags;
}

std::string lower(const Program& program) {
    Lowering lowering(program);
    abi::ProgramHeader header{};
    header.magic = abi::ProgramHeader::expected_magic;
    header.processes = static_cast<u32>(program.processes.size());
    for (u64 n = 0; n < program.processes.size(); ++n) {
        header.parts[n] = lowering.process(program.processes[n].calls);
    }
    return lowering.image(header);
}

}  // namespace stampede::fuzz
