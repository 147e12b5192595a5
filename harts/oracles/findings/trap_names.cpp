#include "harts/oracles/findings/trap_names.h"

#include <fmt/format.h>

#include "harts/core/csr_numbers.h"

namespace stampede {

std::string exception_name(u64 cause) {
    switch (static_cast<Cause>(cause)) {
    case Cause::InstructionMisaligned: return "misaligned instruction address";
    case Cause::InstructionAccess: return "instruction access fault";
    case Cause::Illegal: return "illegal instruction";
    case Cause::Breakpoint: return "breakpoint";
    case Cause::LoadMisaligned: return "misaligned load";
    case Cause::LoadAccess: return "load access fault";
    case Cause::StoreMisaligned: return "misaligned store";
    case Cause::StoreAccess: return "store access fault";
    case Cause::EcallUser: return "system call from user mode";
    case Cause::EcallSupervisor: return "system call from supervisor mode";
    case Cause::EcallMachine: return "system call from machine mode";
    case Cause::InstructionPage: return "instruction page fault";
    case Cause::LoadPage: return "load page fault";
    case Cause::StorePage: return "store page fault";
    }
    return fmt::format("exception {}", cause);
}

}  // namespace stampede
