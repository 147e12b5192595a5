// Guest to harness calls from user mode. Where no harness listens (QEMU) they are hints without
// effect.
#pragma once
#include "kernel/abi/guest_calls.h"

namespace user {

using stampede::abi::GuestCall;

template <GuestCall number>
inline void guest_call(std::uint64_t value) {
    asm volatile("slti x0, %0, %1" : : "r"(value), "i"(static_cast<int>(number)) : "memory");
}

inline void count(std::uint64_t operations) { guest_call<GuestCall::count>(operations); }
inline void done(std::uint64_t status) { guest_call<GuestCall::done>(status); }
inline void mark(std::uint64_t number) { guest_call<GuestCall::mark>(number); }
// At most 127 characters of `text` are reported.
inline void check_failed(const char* text) {
    guest_call<GuestCall::check_failed>(reinterpret_cast<std::uint64_t>(text));
}
inline void fetch(stampede::abi::FetchBlock* block) {
    guest_call<GuestCall::fetch>(reinterpret_cast<std::uint64_t>(block));
}

}  // namespace user
