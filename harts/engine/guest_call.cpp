#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "harts/core/frame_watch.h"
#include "harts/core/machine_context.h"
#include "harts/engine/full.h"
#include "kernel/abi/guest_calls.h"

namespace stampede {
namespace {

// A string of the guest's at `address`, read as this hart; at most the limit, up to a NUL.
Accessed<std::size_t> read_string(Hart& hart, u64 address,
                                  std::array<char, abi::check_failed_limit>& text) {
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
    const std::string_view bytes =
        hart.machine.guest_calls->on_fetch(hart.own, static_cast<u32>(*capacity));
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
