#include "fuzz/program/binary.h"

namespace stampede::fuzz {

namespace {

class Reader {
public:
    explicit Reader(std::string_view bytes) : bytes_(bytes) {}

    u64 take(unsigned size) {
        u64 value = 0;
        for (unsigned n = 0; n < size && at_ < bytes_.size(); ++n) {
            value |= u64{static_cast<u8>(bytes_[at_++])} << (8 * n);
        }
        return value;
    }
    u8 below(unsigned count) { return static_cast<u8>(take(1) % count); }

    ScheduleChoice schedule() {
        ScheduleChoice choice;
        choice.kind = static_cast<ScheduleChoice::Kind>(below(schedule_kind_count));
        const unsigned first = ScheduleChoice::first_parameter(choice.kind),
                       last = ScheduleChoice::last_parameter(choice.kind);
        choice.parameter = static_cast<u16>(first + take(2) % (last - first + 1));
        choice.seed = static_cast<u32>(take(4));
        return choice;
    }

    Calls calls(unsigned depth) {
        Calls list;
        while (calls_ < Program::most_calls) {
            const u8 tag = below(abi::program_call_count + 1);
            if (tag == 0) {
                break;
            }
            Call call;
            call.kind = static_cast<CallKind>(tag);
            if (call.kind == CallKind::fork &&
                (depth == Program::deepest_fork || forks_ == Program::most_forks)) {
                take(1);  // its slot
                continue;
            }
            ++calls_;
            for (const Operand operand : operands_of(call.kind)) {
                read(operand, call, depth);
            }
            list.push_back(std::move(call));
        }
        return list;
    }

private:
    Address address() {
        Address read;
        read.base = static_cast<Address::Base>(below(abi::program_base_count));
        if (read.base != Address::Base::null) {
            const OffsetRange range = offsets_of(read.base);
            read.offset = static_cast<u16>(range.first + take(2) % (range.last - range.first + 1));
        }
        return read;
    }

    i32 number(Operand operand) {
        const NumberRange range = numbers_of(operand);
        const u64 count = static_cast<u64>(range.last - range.first + 1);
        if (operand == Operand::HeapBytes) {
            const u64 index = take(3) % (count + 1);
            return index == count ? least_heap_bytes
                                  : static_cast<i32>(range.first + static_cast<i64>(index));
        }
        return static_cast<i32>(range.first + static_cast<i64>(take(1) % count));
    }

    void read(Operand operand, Call& call, unsigned depth) {
        switch (operand) {
        case Operand::None: return;
        case Operand::Result:
        case Operand::PipeSlot: call.slot = below(abi::program_slots); return;
        case Operand::Descriptor: call.descriptor = {below(abi::program_descriptor::count)}; return;
        case Operand::Pid: call.pid = {below(abi::program_pid::count)}; return;
        case Operand::Path: call.path = {below(abi::program_path_limit)}; return;
        case Operand::SecondPath: call.second_path = {below(abi::program_path_limit)}; return;
        case Operand::Address:
        case Operand::OptionalAddress: call.address = address(); return;
        case Operand::Length: call.length = {static_cast<u16>(take(2) % Length::limit)}; return;
        case Operand::Body:
            ++forks_;
            call.body = calls(depth + 1);
            return;
        default: call.number = number(operand); return;
        }
    }

    std::string_view bytes_;
    u64 at_ = 0;
    unsigned calls_ = 0;
    unsigned forks_ = 0;
};

}  // namespace

Program decode(std::string_view bytes) {
    Reader reader(bytes);
    Program program;
    program.schedule = reader.schedule();
    const unsigned processes = reader.below(Program::most_processes) + 1u;
    for (unsigned n = 0; n < processes; ++n) {
        program.processes.push_back({reader.calls(0)});
    }
    return program;
}

}  // namespace stampede::fuzz
