// CSR numbers and fields (privileged specification, tables 2.2 to 2.6).
#pragma once
#include "harts/base/types.h"

namespace stampede::csr {

enum Number : u32 {
    cycle = 0xc00,
    time = 0xc01,
    instret = 0xc02,
    hpmcounter3 = 0xc03,
    hpmcounter31 = 0xc1f,
    sstatus = 0x100,
    sie = 0x104,
    stvec = 0x105,
    scounteren = 0x106,
    senvcfg = 0x10a,
    sscratch = 0x140,
    sepc = 0x141,
    scause = 0x142,
    stval = 0x143,
    sip = 0x144,
    stimecmp = 0x14d,
    satp = 0x180,
    mvendorid = 0xf11,
    marchid = 0xf12,
    mimpid = 0xf13,
    mhartid = 0xf14,
    mconfigptr = 0xf15,
    mstatus = 0x300,
    misa = 0x301,
    medeleg = 0x302,
    mideleg = 0x303,
    mie = 0x304,
    mtvec = 0x305,
    mcounteren = 0x306,
    menvcfg = 0x30a,
    mcountinhibit = 0x320,
    mhpmevent3 = 0x323,
    mhpmevent31 = 0x33f,
    mscratch = 0x340,
    mepc = 0x341,
    mcause = 0x342,
    mtval = 0x343,
    mip = 0x344,
    pmpcfg0 = 0x3a0,
    pmpcfg15 = 0x3af,
    pmpaddr0 = 0x3b0,
    pmpaddr63 = 0x3ef,
    mcycle = 0xb00,
    minstret = 0xb02,
    mhpmcounter3 = 0xb03,
    mhpmcounter31 = 0xb1f,
};

// mstatus and its view sstatus
inline constexpr u64 status_sie = 1 << 1, status_mie = 1 << 3, status_spie = 1 << 5,
                     status_mpie = 1 << 7, status_spp = 1 << 8, status_mpp = 3 << 11,
                     status_mprv = 1 << 17, status_sum = 1 << 18, status_mxr = 1 << 19,
                     status_tvm = 1 << 20, status_tw = 1 << 21, status_tsr = 1 << 22;
inline constexpr u64 status_uxl_64 = u64{2} << 32, status_sxl_64 = u64{2} << 34;
inline constexpr unsigned status_mpp_shift = 11;

inline constexpr u64 interrupt_bit = u64{1} << 63;  // of mcause
inline constexpr u64 ssi = 1 << 1, msi = 1 << 3, sti = 1 << 5, mti = 1 << 7, sei = 1 << 9,
                     mei = 1 << 11;
inline constexpr u64 supervisor_interrupts = ssi | sti | sei;
inline constexpr u64 machine_interrupts = msi | mti | mei;

inline constexpr u64 envcfg_fiom = 1, menvcfg_stce = u64{1} << 63;
inline constexpr u64 counteren_cy = 1, counteren_tm = 2, counteren_ir = 4;

// RV64IMAC with S and U.
inline constexpr u64 misa_value = u64{2} << 62 | 1 << ('I' - 'A') | 1 << ('M' - 'A') |
                                  1 << ('A' - 'A') | 1 << ('C' - 'A') | 1 << ('S' - 'A') |
                                  1 << ('U' - 'A');

}  // namespace stampede::csr

namespace stampede {

// Exception codes of mcause.
enum class Cause : u64 {
    InstructionMisaligned = 0,
    InstructionAccess = 1,
    Illegal = 2,
    Breakpoint = 3,
    LoadMisaligned = 4,
    LoadAccess = 5,
    StoreMisaligned = 6,
    StoreAccess = 7,
    EcallUser = 8,
    EcallSupervisor = 9,
    EcallMachine = 11,
    InstructionPage = 12,
    LoadPage = 13,
    StorePage = 15,
};

}  // namespace stampede
