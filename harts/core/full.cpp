#include "harts/core/full.h"

#include <array>
#include <cstring>
#include <string_view>

#include "harts/core/frame_watch.h"
#include "harts/core/host_access.h"
#include "harts/core/machine_context.h"
#include "kernel/abi/guest_calls.h"

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
    const bool trapped = own_.mode == Privilege::Supervisor && (own_.csr.mstatus & csr::status_tsr) != 0;
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
    const bool trapped = own_.mode == Privilege::Supervisor && (own_.csr.mstatus & csr::status_tw) != 0;
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
    const bool trapped = own_.mode == Privilege::Supervisor && (own_.csr.mstatus & csr::status_tvm) != 0;
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
    // Later walks see PTEs that this hart stored before: its own stores are in program order, no host fence is needed.
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
        const u64 base = number == csr::mip || number == csr::sip ? own_.csr.mip : *old;  // device lines are not written back
        const u64 wanted = op == isa::CsrOp::Write ? operand : op == isa::CsrOp::Set ? base | operand : base & ~operand;
        if (!write_csr(hart_, number, wanted)) {
            illegal();
            return std::nullopt;
        }
    }
    return old;
}

namespace {

// A string of the guest's at `address`, read as this hart; at most the limit, up to a NUL.
Accessed<std::size_t> read_string(Hart& hart, u64 address, std::array<char, abi::check_failed_limit>& text) {
    std::size_t length = 0;
    for (; length < text.size(); ++length) {
        const Accessed<u64> byte = load_memory(hart, address + length, 1);
        if (!byte) {
            return std::unexpected(byte.error());
        }
        if (*byte == 0) {
            break;
        }
        text[length] = static_cast<char>(*byte);
    }
    return length;
}

Accessed<void> fetch_into(Hart& hart, u64 address) {
    const Accessed<u64> magic = load_memory(hart, address, 8);
    if (!magic) {
        return std::unexpected(magic.error());
    }
    const Accessed<u64> capacity = load_memory(hart, address + 8, 4);
    if (!capacity) {
        return std::unexpected(capacity.error());
    }
    if (*magic != abi::FetchBlock::expected_magic) {
        return {};
    }
    const std::string_view bytes = hart.machine.guest_calls->on_fetch(hart.own, static_cast<u32>(*capacity));
    const std::size_t length = std::min<std::size_t>(bytes.size(), *capacity);
    for (std::size_t n = 0; n < length;) {
        const u64 to = address + sizeof(abi::FetchBlock) + n;
        const unsigned width = to % 8 == 0 && length - n >= 8 ? 8 : 1;
        u64 value = 0;
        std::memcpy(&value, bytes.data() + n, width);
        if (auto stored = store_memory(hart, to, width, value); !stored) {
            return stored;
        }
        n += width;
    }
    return store_memory(hart, address + 12, 4, length);
}

}  // namespace

void Full::guest_call(i32 number, u64 argument) {
    using abi::GuestCall;
    GuestCallSink* sink = hart_.machine.guest_calls;
    const auto call = static_cast<GuestCall>(number);
    const bool supervisor = own_.mode == Privilege::Supervisor;
    if (own_.mode == Privilege::Machine || sink == nullptr) {
        return;
    }
    switch (call) {
    case GuestCall::done: sink->on_done(own_, argument); break;
    case GuestCall::count: sink->on_count(own_, argument); break;
    case GuestCall::mark: sink->on_mark(own_, argument); break;
    case GuestCall::snapshot_ready:
        own_.event = static_cast<u32>(number);
        stop(StopReason::Event);
        break;
    case GuestCall::quiescent:
        if (supervisor) {
            own_.event = static_cast<u32>(number);
            stop(StopReason::Event);
        }
        break;
    case GuestCall::audit_table:
        if (supervisor) {
            sink->on_audit_table(own_, PhysAddr{argument});
        }
        break;
    case GuestCall::check_failed: {
        std::array<char, abi::check_failed_limit> text;
        if (const auto length = read_string(hart_, argument, text); !length) {
            refuse(length.error());
        } else {
            sink->on_check_failed(own_, {text.data(), *length});
        }
        break;
    }
    case GuestCall::fetch:
        if (own_.mode == Privilege::User) {
            if (const auto fetched = fetch_into(hart_, argument); !fetched) {
                refuse(fetched.error());
            }
        }
        break;
    case GuestCall::frame_allocated:
    case GuestCall::frame_freed:
        if (FrameWatch* frames = hart_.machine.frames; supervisor && frames != nullptr) {
            call == GuestCall::frame_freed ? frames->on_freed(hart_, PhysAddr{argument})
                                           : frames->on_allocated(hart_, PhysAddr{argument});
        }
        break;
    case GuestCall::relaxed_next: break;  // an instruction of its own: isa::Op::RelaxedNext
    }
}

}  // namespace stampede
