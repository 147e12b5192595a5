// Values of scause (RISC-V privileged specification, "Supervisor Cause Register").
#pragma once
#include <cstdint>

namespace kernel {

inline constexpr std::uint64_t cause_interrupt = std::uint64_t{1} << 63;
inline constexpr std::uint64_t cause_software_interrupt = cause_interrupt | 1;
inline constexpr std::uint64_t cause_timer_interrupt = cause_interrupt | 5;
inline constexpr std::uint64_t cause_external_interrupt = cause_interrupt | 9;

inline constexpr std::uint64_t cause_user_call = 8;
inline constexpr std::uint64_t cause_fetch_page_fault = 12;
inline constexpr std::uint64_t cause_load_page_fault = 13;
inline constexpr std::uint64_t cause_store_page_fault = 15;

}  // namespace kernel
