// Where a random program's parts stand in guest memory, physical and virtual.
#pragma once
#include "harts/base/types.h"

namespace stampede::programs {

inline constexpr u64 runtime_base = 0x8000'0000;  // entry, trap handlers
inline constexpr u64 supervisor_handler =
    0x8000'4000;                                // a page of its own, so that it can be mapped alone
inline constexpr u64 frame_base = 0x8000'8000;  // the runtime's own data; mscratch
inline constexpr u64 trap_log_base = 0x8000'a000;  // the first traps of a body, raw
inline constexpr u64 records_base =
    0x8001'0000;                               // one record a body, then its lists; up to code_base
inline constexpr u64 code_base = 0x8010'0000;  // the bodies, one after the other
inline constexpr u64 code_limit = 0x8020'0000;
inline constexpr u64 tables_base = 0x8020'0000;  // page tables
inline constexpr u64 data_base =
    0x8040'0000;  // what bodies load and store; 2 MiB aligned for superpages
inline constexpr u64 data_pages = 4;
inline constexpr u64 data_bytes = data_pages * page_size;
inline constexpr u64 memory_bytes = u64{16} << 20;  // RAM of the machine, from runtime_base
inline constexpr u64 past_memory = 0x8100'0000;     // no RAM and no device from here on

// Virtual windows. Code windows map all from runtime_base on at a fixed distance, so a body's
// address there is window + (physical - runtime_base).
inline constexpr u64 user_code_4k = 0x1'0000'0000;
inline constexpr u64 user_code_2m = 0x1'4000'0000;
inline constexpr u64 user_code_1g = 0x1'8000'0000;
inline constexpr u64 supervisor_code_4k = 0xffff'ffc0'0000'0000;
inline constexpr u64 supervisor_code_2m = 0xffff'ffc0'4000'0000;
inline constexpr u64 supervisor_code_1g = 0xffff'ffc0'8000'0000;
inline constexpr u64 supervisor_handler_window = 0xffff'ffc0'c000'0000;  // one page
inline constexpr u64 data_4k_window = 0;                                 // data_4k_pages of 4 KiB
inline constexpr u64 data_2m_window = 0x20'0000;                         // data_2m_pages of 2 MiB
inline constexpr u64 data_1g_window = 0xc000'0000;
// data_high_pages of 4 KiB
inline constexpr u64 data_high_window = 0xffff'ffff'ffe0'0000 + 496 * page_size;
inline constexpr unsigned data_4k_pages = 16;
inline constexpr unsigned data_2m_pages = 3;
inline constexpr unsigned data_high_pages = 8;
// Pages of data_4k_window that are always mapped for loads and stores, so that LR/SC pairs do not
// fault between the two.
inline constexpr unsigned sound_user_page = 10;
inline constexpr unsigned sound_supervisor_page = 11;
// from here to the end: the same in both address spaces, with G
inline constexpr unsigned first_global_page = 12;

}  // namespace stampede::programs
