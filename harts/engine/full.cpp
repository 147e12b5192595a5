#include "harts/engine/full.h"

#include "harts/access/host_access.h"
#include "harts/core/machine_context.h"

namespace stampede {

void Full::fence(i32 bits) {
    host_fence(bits);
    if (Observer* observer = hart_.machine.observer; observer != nullptr) [[unlikely]] {
        observer->on_fence(hart_, bits);
    }
}

void Full::relaxed_next() {
    if (Observer* observer = hart_.machine.observer; observer != nullptr) [[unlikely]] {
        observer->on_relaxed_next(hart_);
    }
}

// mtval is the instruction itself, 16 or 32 bits of it.
void Full::illegal() {
    if (at_.value != 0) {
        const Ram& ram = hart_.machine.ram;
        word_ = static_cast<u32>(load_host(ram.host(at_), 2));
        if (length_ == 4) {
            word_ |= static_cast<u32>(load_host(ram.host(at_ + 2), 2)) << 16;
        }
    }
    trap(Cause::Illegal, word_);
}

void Full::ecall() {
    switch (own_.mode) {
    case Privilege::User: trap(Cause::EcallUser, 0); break;
    case Privilege::Supervisor: trap(Cause::EcallSupervisor, 0); break;
    case Privilege::Machine: trap(Cause::EcallMachine, 0); break;
    }
}

void Full::sret() {
    const bool trapped =
        own_.mode == Privilege::Supervisor && (own_.csr.mstatus & csr::status_tsr) != 0;
    if (own_.mode == Privilege::User || trapped) {
        illegal();
        return;
    }
    next_ = return_from_supervisor(hart_);
    own_.attention = true;
    if (Observer* observer = hart_.machine.observer; observer != nullptr) [[unlikely]] {
        observer->on_trap_return(hart_, next_);
    }
    if (hart_.machine.events != nullptr) [[unlikely]] {
        own_.pc = next_;
        hart_.machine.events->on_trap_return(own_);
    }
}

void Full::mret() {
    if (own_.mode != Privilege::Machine) {
        illegal();
        return;
    }
    next_ = return_from_machine(hart_);
    own_.attention = true;
    if (Observer* observer = hart_.machine.observer; observer != nullptr) [[unlikely]] {
        observer->on_trap_return(hart_, next_);
    }
    if (hart_.machine.events != nullptr) [[unlikely]] {
        own_.pc = next_;
        hart_.machine.events->on_trap_return(own_);
    }
}

void Full::wfi() {
    const bool trapped =
        own_.mode == Privilege::Supervisor && (own_.csr.mstatus & csr::status_tw) != 0;
    if (own_.mode == Privilege::User || trapped) {
        illegal();
        return;
    }
    if (!hart_.wakeable()) {
        stop(StopReason::Wfi);
    }
    own_.attention = true;
}

void Full::sfence_vma(u8 rs1, u64 address, u8 rs2, u64 asid) {
    const bool trapped =
        own_.mode == Privilege::Supervisor && (own_.csr.mstatus & csr::status_tvm) != 0;
    if (own_.mode == Privilege::User || trapped) {
        illegal();
        return;
    }
    ++own_.effects;
    own_.page = nullptr;
    Tlb& tlb = hart_.tlb;
    const auto asid16 = static_cast<u16>(asid);
    if (rs1 == 0) {
        rs2 == 0 ? tlb.flush_all() : tlb.flush_asid(asid16);
    } else {
        rs2 == 0 ? tlb.flush_address(address) : tlb.flush_address_asid(address, asid16);
    }
    if (Observer* observer = hart_.machine.observer; observer != nullptr) [[unlikely]] {
        observer->on_sfence(hart_, rs1, address, rs2, asid16);
    }
    // Later walks see PTEs that this hart stored before: its own stores are in program order, no
    // host fence is needed.
}

std::optional<u64> Full::csr(isa::CsrOp op, u32 number, u64 operand, u8 rs1, u8 rd) {
    // Reads without side effects: csrrw to x0 may skip the read, but no CSR here has one.
    (void)rd;
    const bool writes = op == isa::CsrOp::Write || rs1 != 0;
    const std::optional<u64> old = read_csr(hart_, number);
    if (!old) {
        illegal();
        return std::nullopt;
    }
    if (writes) {
        // device lines are not written back
        const u64 base = number == csr::mip || number == csr::sip ? own_.csr.mip : *old;
        const u64 wanted = op == isa::CsrOp::Write ? operand
                           : op == isa::CsrOp::Set ? base | operand
                                                   : base & ~operand;
        if (!write_csr(hart_, number, wanted)) {
            illegal();
            return std::nullopt;
        }
    }
    return old;
}

}  // namespace stampede
