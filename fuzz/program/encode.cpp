#include "fuzz/program/binary.h"

namespace stampede::fuzz {

namespace {

class Writer {
public:
    void put(u64 value, unsigned size) {
        for (unsigned n = 0; n < size; ++n) {
            bytes_ += static_cast<char>(value >> (8 * n));
        }
    }

    void put(const Address& address) {
        put(static_cast<u64>(address.base), 1);
        if (address.base != Address::Base::null) {
            put(address.offset - offsets_of(address.base).first, 2);
        }
    }

    void put_number(Operand operand, i32 number) {
        const NumberRange range = numbers_of(operand);
        if (operand == Operand::HeapBytes) {
            put(static_cast<u64>(number == least_heap_bytes ? range.last + 1 - range.first
                                                            : number - range.first),
                3);
        } else {
            put(static_cast<u64>(number - range.first), 1);
        }
    }

    void put(const Call& call, Operand operand) {
        switch (operand) {
        case Operand::None: return;
        case Operand::Result:
        case Operand::PipeSlot: return put(call.slot, 1);
        case Operand::Descriptor: return put(call.descriptor.index, 1);
        case Operand::Pid: return put(call.pid.index, 1);
        case Operand::Path: return put(call.path.index, 1);
        case Operand::SecondPath: return put(call.second_path.index, 1);
        case Operand::Address:
        case Operand::OptionalAddress: return put(call.address);
        case Operand::Length: return put(call.length.code, 2);
        case Operand::Body: return put(call.body);
        default: return put_number(operand, call.number);
        }
    }

    void put(const Calls& calls) {
        for (const Call& call : calls) {
            put(static_cast<u64>(call.kind), 1);
            for (const Operand operand : operands_of(call.kind)) {
                put(call, operand);
            }
        }
        put(0, 1);
    }

    std::string take() { return std::move(bytes_); }

private:
    std::string bytes_;
};

}  // namespace

std::string encode(const Program& program) {
    Writer writer;
    writer.put(static_cast<u64>(program.schedule.kind), 1);
    writer.put(
        program.schedule.parameter - u64{ScheduleChoice::first_parameter(program.schedule.kind)},
        2);
    writer.put(program.schedule.seed, 4);
    writer.put(program.processes.size() - 1, 1);
    for (const Process& process : program.processes) {
        writer.put(process.calls);
    }
    return writer.take();
}

}  // namespace stampede::fuzz
