#include "harts/access/csr.h"

#include "harts/core/csr_numbers.h"
#include "harts/core/machine_context.h"

namespace stampede {
namespace {

constexpr u64 sstatus_mask =
    csr::status_sie | csr::status_spie | csr::status_spp | csr::status_sum | csr::status_mxr;
constexpr u64 mstatus_mask = sstatus_mask | csr::status_mie | csr::status_mpie | csr::status_mpp |
                             csr::status_mprv | csr::status_tvm | csr::status_tw | csr::status_tsr;
constexpr u64 medeleg_mask = 0xb3ff;  // every exception but ecall from M
constexpr u64 epc_mask = ~u64{1};

bool privilege_allows(const HartState& own, u32 number) {
    return static_cast<u32>(own.mode) >= ((number >> 8) & 3);
}

bool counter_allowed(const HartState& own, u64 bit) {
    if (own.mode == Privilege::Machine) {
        return true;
    }
    if ((own.csr.mcounteren & bit) == 0) {
        return false;
    }
    return own.mode == Privilege::Supervisor || (own.csr.scounteren & bit) != 0;
}

bool stimecmp_allowed(const HartState& own) {
    return own.mode == Privilege::Machine || ((own.csr.mcounteren & csr::counteren_tm) != 0 &&
                                              (own.csr.menvcfg & csr::menvcfg_stce) != 0);
}

bool satp_allowed(const HartState& own) {
    return !(own.mode == Privilege::Supervisor && (own.csr.mstatus & csr::status_tvm) != 0);
}

std::optional<u64> read_counter(Hart& hart, u32 number) {
    HartState& own = hart.own;
    if (!counter_allowed(own, u64{1} << (number & 31))) {
        return std::nullopt;
    }
    switch (number) {
    case csr::cycle: return own.executed_now() + own.csr.mcycle_offset;
    case csr::instret: return own.retired_now() + own.csr.minstret_offset;
    case csr::time: return hart.machine.clint.time();
    default: return 0;
    }
}

// Interrupt bits a supervisor sees of mip and mie.
u64 delegated(const HartState& own) { return own.csr.mideleg & csr::supervisor_interrupts; }

void write_mstatus(Hart& hart, u64 value, u64 mask) {
    u64& status = hart.own.csr.mstatus;
    u64 wanted = (status & ~mask) | (value & mask);
    if ((wanted & csr::status_mpp) == u64{2} << csr::status_mpp_shift) {  // there is no mode 2
        wanted = (wanted & ~csr::status_mpp) | (status & csr::status_mpp);
    }
    if (((wanted ^ status) & csr::status_mxr) != 0) {
        hart.tlb.flush_all();  // entries do not know under which MXR they were made
    }
    constexpr u64 of_translation =
        csr::status_mprv | csr::status_mpp | csr::status_sum | csr::status_mxr;
    const u64 changed = wanted ^ status;
    status = wanted;
    if ((changed & of_translation) != 0) {
        select_banks(hart);
    }
    hart.own.attention |= (changed & wanted & (csr::status_sie | csr::status_mie)) != 0;
}

void write_mip(Hart& hart, u64 value, u64 mask) {
    u64& mip = hart.own.csr.mip;
    mip = (mip & ~mask) | (value & mask);
    hart.own.attention = true;
}

void write_satp(Hart& hart, u64 value) {
    const Satp satp{value};
    if (satp.mode() != Satp::mode_bare && satp.mode() != Satp::mode_sv39) {
        return;  // a mode that does not exist: the whole write has no effect
    }
    hart.own.csr.satp = value;
    select_banks(hart);
    if (hart.machine.events != nullptr) [[unlikely]] {
        hart.machine.events->on_satp(hart.own, value);
    }
    if (Observer* observer = hart.machine.observer; observer != nullptr) [[unlikely]] {
        observer->on_satp(hart);
    }
}

// The next timer interrupt may come sooner than the chunk of instructions that is under way was
// made for: it ends here.
void timers_changed(Hart& hart) {
    (void)hart.pending_interrupts();  // looks at the clock
    hart.own.attention = true;
    hart.alarm();
}

void write_stimecmp(Hart& hart, u64 value) {
    hart.own.csr.stimecmp = value;
    timers_changed(hart);
}

u64 writable_mip(const HartState& own) {
    const bool timer_in_hardware = (own.csr.menvcfg & csr::menvcfg_stce) != 0;
    return timer_in_hardware ? csr::ssi | csr::sei : csr::ssi | csr::sti | csr::sei;
}

u64 legal_tvec(u64 value, u64 old) { return (value & 3) > 1 ? old : value; }

std::optional<u64> read_pmp(const CsrFile& csr, u32 number) {
    if (number >= csr::pmpaddr0) {
        return csr.pmpaddr[number - csr::pmpaddr0];
    }
    if ((number & 1) != 0) {
        return std::nullopt;  // RV64 has the even ones only
    }
    return csr.pmpcfg[number - csr::pmpcfg0];
}

bool write_pmp(CsrFile& csr, u32 number, u64 value) {
    if (number >= csr::pmpaddr0) {
        csr.pmpaddr[number - csr::pmpaddr0] = value & ((u64{1} << 54) - 1);
        return true;
    }
    if ((number & 1) != 0) {
        return false;
    }
    csr.pmpcfg[number - csr::pmpcfg0] = value & 0x9f9f9f9f9f9f9f9full;
    return true;
}

std::optional<u64> read_supervisor(Hart& hart, u32 number) {
    const HartState& own = hart.own;
    const CsrFile& csr = own.csr;
    switch (number) {
    case csr::sstatus: return (csr.mstatus & sstatus_mask) | csr::status_uxl_64;
    case csr::sie: return csr.mie & delegated(own);
    case csr::sip: return hart.pending_interrupts() & delegated(own);
    case csr::stvec: return csr.stvec;
    case csr::scounteren: return csr.scounteren;
    case csr::senvcfg: return csr.senvcfg;
    case csr::sscratch: return csr.sscratch;
    case csr::sepc: return csr.sepc;
    case csr::scause: return csr.scause;
    case csr::stval: return csr.stval;
    case csr::stimecmp: return stimecmp_allowed(own) ? std::optional(csr.stimecmp) : std::nullopt;
    case csr::satp: return satp_allowed(own) ? std::optional(csr.satp) : std::nullopt;
    default: return std::nullopt;
    }
}

std::optional<u64> read_machine(Hart& hart, u32 number) {
    const CsrFile& csr = hart.own.csr;
    switch (number) {
    case csr::mvendorid:
    case csr::marchid:
    case csr::mimpid:
    case csr::mconfigptr: return 0;
    case csr::mhartid: return hart.own.id.value;
    case csr::mstatus: return csr.mstatus | csr::status_uxl_64 | csr::status_sxl_64;
    case csr::misa: return csr::misa_value;
    case csr::medeleg: return csr.medeleg;
    case csr::mideleg: return csr.mideleg;
    case csr::mie: return csr.mie;
    case csr::mip: return hart.pending_interrupts();
    case csr::mtvec: return csr.mtvec;
    case csr::mcounteren: return csr.mcounteren;
    case csr::mcountinhibit: return 0;  // WARL: these counters always count
    case csr::menvcfg: return csr.menvcfg;
    case csr::mscratch: return csr.mscratch;
    case csr::mepc: return csr.mepc;
    case csr::mcause: return csr.mcause;
    case csr::mtval: return csr.mtval;
    case csr::mcycle: return hart.own.executed_now() + csr.mcycle_offset;
    case csr::minstret: return hart.own.retired_now() + csr.minstret_offset;
    default: break;
    }
    if ((number >= csr::mhpmcounter3 && number <= csr::mhpmcounter31) ||
        (number >= csr::mhpmevent3 && number <= csr::mhpmevent31)) {
        return 0;
    }
    if (number >= csr::pmpcfg0 && number <= csr::pmpaddr63) {
        return read_pmp(csr, number);
    }
    return std::nullopt;
}

bool write_supervisor(Hart& hart, u32 number, u64 value) {
    CsrFile& csr = hart.own.csr;
    switch (number) {
    case csr::sstatus: write_mstatus(hart, value, sstatus_mask); return true;
    case csr::sie:
        csr.mie = (csr.mie & ~delegated(hart.own)) | (value & delegated(hart.own));
        timers_changed(hart);
        return true;
    case csr::sip: write_mip(hart, value, delegated(hart.own) & csr::ssi); return true;
    case csr::stvec: csr.stvec = legal_tvec(value, csr.stvec); return true;
    case csr::scounteren: csr.scounteren = value & 0xffff'ffff; return true;
    case csr::senvcfg: csr.senvcfg = value & csr::envcfg_fiom; return true;
    case csr::sscratch: csr.sscratch = value; return true;
    case csr::sepc: csr.sepc = value & epc_mask; return true;
    case csr::scause: csr.scause = value; return true;
    case csr::stval: csr.stval = value; return true;
    case csr::stimecmp:
        if (!stimecmp_allowed(hart.own)) {
            return false;
        }
        write_stimecmp(hart, value);
        return true;
    case csr::satp:
        if (!satp_allowed(hart.own)) {
            return false;
        }
        write_satp(hart, value);
        return true;
    default: return false;
    }
}

bool write_machine(Hart& hart, u32 number, u64 value) {
    CsrFile& csr = hart.own.csr;
    switch (number) {
    case csr::mstatus: write_mstatus(hart, value, mstatus_mask); return true;
    case csr::misa: return true;  // WARL: nothing can be switched off
    case csr::medeleg: csr.medeleg = value & medeleg_mask; return true;
    case csr::mideleg:
        csr.mideleg = value & csr::supervisor_interrupts;
        hart.own.attention = true;
        return true;
    case csr::mie:
        csr.mie = value & (csr::supervisor_interrupts | csr::machine_interrupts);
        timers_changed(hart);
        return true;
    case csr::mip: write_mip(hart, value, writable_mip(hart.own)); return true;
    case csr::mtvec: csr.mtvec = legal_tvec(value, csr.mtvec); return true;
    case csr::mcounteren: csr.mcounteren = value & 0xffff'ffff; return true;
    case csr::mcountinhibit: return true;
    case csr::menvcfg:
        csr.menvcfg = value & (csr::envcfg_fiom | csr::menvcfg_stce);
        timers_changed(hart);
        return true;
    case csr::mscratch: csr.mscratch = value; return true;
    case csr::mepc: csr.mepc = value & epc_mask; return true;
    case csr::mcause: csr.mcause = value; return true;
    case csr::mtval: csr.mtval = value; return true;
    // The write takes the place of this instruction's own increment.
    case csr::mcycle: csr.mcycle_offset = value - hart.own.executed_now() - 1; return true;
    case csr::minstret: csr.minstret_offset = value - hart.own.retired_now() - 1; return true;
    default: break;
    }
    if ((number >= csr::mhpmcounter3 && number <= csr::mhpmcounter31) ||
        (number >= csr::mhpmevent3 && number <= csr::mhpmevent31)) {
        return true;
    }
    if (number >= csr::pmpcfg0 && number <= csr::pmpaddr63) {
        return write_pmp(csr, number, value);
    }
    return false;
}

}  // namespace

std::optional<u64> read_csr(Hart& hart, u32 number) {
    if (!privilege_allows(hart.own, number)) {
        return std::nullopt;
    }
    if (number >= csr::cycle && number <= csr::hpmcounter31) {
        return read_counter(hart, number);
    }
    return ((number >> 8) & 3) == 1 ? read_supervisor(hart, number) : read_machine(hart, number);
}

bool write_csr(Hart& hart, u32 number, u64 value) {
    // the top two bits: read-only
    if (!privilege_allows(hart.own, number) || (number >> 10) == 3) {
        return false;
    }
    ++hart.own.effects;
    return ((number >> 8) & 3) == 1 ? write_supervisor(hart, number, value)
                                    : write_machine(hart, number, value);
}

}  // namespace stampede
