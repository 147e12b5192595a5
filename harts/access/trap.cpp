#include "harts/access/trap.h"

#include "harts/access/reservations.h"
#include "harts/access/stale_entries.h"
#include "harts/core/machine_context.h"

namespace stampede {
namespace {

u64 vector(u64 xtvec, u64 cause) {
    const u64 base = xtvec & ~u64{3};
    const bool vectored = (xtvec & 3) == 1 && (cause & csr::interrupt_bit) != 0;
    return vectored ? base + 4 * (cause & ~csr::interrupt_bit) : base;
}

void enter_supervisor(HartState& own, u64 cause, u64 tval) {
    CsrFile& csr = own.csr;
    csr.sepc = own.pc;
    csr.scause = cause;
    csr.stval = tval;
    u64 status = csr.mstatus & ~(csr::status_spie | csr::status_spp | csr::status_sie);
    status |= (csr.mstatus & csr::status_sie) != 0 ? csr::status_spie : 0;
    status |= own.mode == Privilege::Supervisor ? csr::status_spp : 0;
    csr.mstatus = status;
    own.mode = Privilege::Supervisor;
    own.pc = vector(csr.stvec, cause);
}

void enter_machine(HartState& own, u64 cause, u64 tval) {
    CsrFile& csr = own.csr;
    csr.mepc = own.pc;
    csr.mcause = cause;
    csr.mtval = tval;
    u64 status = csr.mstatus & ~(csr::status_mpie | csr::status_mpp | csr::status_mie);
    status |= (csr.mstatus & csr::status_mie) != 0 ? csr::status_mpie : 0;
    status |= static_cast<u64>(own.mode) << csr::status_mpp_shift;
    csr.mstatus = status;
    own.mode = Privilege::Machine;
    own.pc = vector(csr.mtvec, cause);
}

void take_trap(Hart& hart, u64 cause, u64 tval, u64 delegation) {
    HartState& own = hart.own;
    const u64 code = cause & ~csr::interrupt_bit;
    const bool delegated = own.mode != Privilege::Machine && ((delegation >> code) & 1) != 0;
    if (hart.machine.events != nullptr) [[unlikely]] {
        hart.machine.events->on_trap(own, cause, tval,
                                     delegated ? Privilege::Supervisor : Privilege::Machine);
    }
    if (Observer* observer = hart.machine.observer; observer != nullptr) [[unlikely]] {
        observer->on_trap(hart, cause, tval,
                          delegated ? Privilege::Supervisor : Privilege::Machine);
    }
    if (own.mode == Privilege::User) {
        hart.watched_writes.drop();
    }
    ++own.effects;
    hart.enter_kernel();
    give_up_reservation(hart);
    delegated ? enter_supervisor(own, cause, tval) : enter_machine(own, cause, tval);
    select_banks(hart);
}

}  // namespace

void take_exception(Hart& hart, Cause cause, u64 tval) {
    ++hart.own.trapped;
    take_trap(hart, static_cast<u64>(cause), tval, hart.own.csr.medeleg);
}

bool take_interrupt(Hart& hart) {
    HartState& own = hart.own;
    const CsrFile& csr = own.csr;
    // acquire: what the sender did before it raised the line is seen by the handler.
    const u64 pending =
        (csr.mip | own.timer_lines | hart.shared.lines.load(std::memory_order_acquire)) & csr.mie;
    if (pending == 0 || own.executed_now() < own.deaf_until) {
        return false;
    }
    const bool machine_enabled =
        own.mode != Privilege::Machine || (csr.mstatus & csr::status_mie) != 0;
    const bool supervisor_enabled =
        own.mode == Privilege::User ||
        (own.mode == Privilege::Supervisor && (csr.mstatus & csr::status_sie) != 0);
    u64 ready = machine_enabled ? pending & ~csr.mideleg : 0;
    if (ready == 0) {
        ready = supervisor_enabled ? pending & csr.mideleg : 0;
    }
    // MEI, MSI, MTI, SEI, SSI, STI: the order of 3.1.9
    for (const u64 code : {11, 3, 7, 9, 1, 5}) {
        if (((ready >> code) & 1) != 0) {
            take_trap(hart, csr::interrupt_bit | code, 0, csr.mideleg);
            return true;
        }
    }
    return false;
}

u64 return_from_machine(Hart& hart) {
    HartState& own = hart.own;
    give_up_reservation(hart);
    u64& status = own.csr.mstatus;
    own.mode = static_cast<Privilege>((status & csr::status_mpp) >> csr::status_mpp_shift);
    const u64 enabled = (status & csr::status_mpie) != 0 ? csr::status_mie : 0;
    status = (status & ~(csr::status_mpp | csr::status_mie)) | csr::status_mpie | enabled;
    if (own.mode != Privilege::Machine) {
        status &= ~csr::status_mprv;
    }
    own.progress |= own.mode == Privilege::User;
    select_banks(hart);
    if (own.mode == Privilege::User) {
        returned_to_user(hart);
    }
    return own.csr.mepc;
}

u64 return_from_supervisor(Hart& hart) {
    HartState& own = hart.own;
    give_up_reservation(hart);
    u64& status = own.csr.mstatus;
    own.mode = (status & csr::status_spp) != 0 ? Privilege::Supervisor : Privilege::User;
    const u64 enabled = (status & csr::status_spie) != 0 ? csr::status_sie : 0;
    status = (status & ~(csr::status_spp | csr::status_sie)) | csr::status_spie | enabled;
    status &= ~csr::status_mprv;
    own.progress |= own.mode == Privilege::User;
    select_banks(hart);
    if (own.mode == Privilege::User) {
        returned_to_user(hart);
    }
    return own.csr.sepc;
}

}  // namespace stampede
