// The hand-written part of a random program: starts bodies, takes their traps, writes a line about
// each to the UART.
#pragma once
#include <cstddef>
#include <vector>

#include "harts/base/types.h"

namespace stampede::programs {

// What the runtime reads of each body: 64-bit words from records_base on, `record_words` a body.
enum RecordWord : unsigned {
    record_mstatus,
    record_entry,
    record_satp,
    record_medeleg,
    record_mideleg,
    record_mie,
    record_mtvec_mode,
    record_stvec,
    record_data_seed,
    record_pokes,
    record_poke_count,
    record_services,
    record_status_masks,
    record_registers,  // x0 to x31
    record_words = record_registers + 32
};

// How much it writes about a body.
enum class Detail : u8 {
    Hash,        // one line of 16 hexadecimal digits
    Everything,  // first what is hashed, one value a line (see dump.h), then that line
};

inline constexpr unsigned logged_traps = 64;  // of a body, in Detail::Everything
inline constexpr unsigned trap_limit = 200;   // of a body: ends it
inline constexpr unsigned logged_trap_words =
    9;  // vector, mcause, mepc, mtval, mstatus, scause, sepc, stval, sstatus

// The runtime's code from runtime_base to before frame_base.
[[nodiscard]] std::vector<u8> runtime_image(std::size_t bodies, Detail detail);

}  // namespace stampede::programs
