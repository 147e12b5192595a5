#include "harts/oracles/guest/trace.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <span>

#include "harts/base/environment.h"
#include "harts/base/patient_write.h"
#include "harts/core/csr_numbers.h"
#include "harts/oracles/findings/trap_names.h"
#include "kernel/abi/system_calls.h"

namespace stampede {
namespace {

constexpr std::size_t buffered = 64 << 10;  // bytes a hart

struct CallShape {
    abi::SystemCall number;
    std::string_view name;
    unsigned arguments;
};

constexpr std::array<CallShape, 22> calls{{
    {abi::SystemCall::fork, "fork", 0},     {abi::SystemCall::exit, "exit", 1},
    {abi::SystemCall::wait, "wait", 1},     {abi::SystemCall::pipe, "pipe", 1},
    {abi::SystemCall::read, "read", 3},     {abi::SystemCall::kill, "kill", 1},
    {abi::SystemCall::exec, "exec", 2},     {abi::SystemCall::fstat, "fstat", 2},
    {abi::SystemCall::chdir, "chdir", 1},   {abi::SystemCall::dup, "dup", 1},
    {abi::SystemCall::getpid, "getpid", 0}, {abi::SystemCall::sbrk, "sbrk", 1},
    {abi::SystemCall::sleep, "sleep", 1},   {abi::SystemCall::uptime, "uptime", 0},
    {abi::SystemCall::open, "open", 2},     {abi::SystemCall::write, "write", 3},
    {abi::SystemCall::mknod, "mknod", 3},   {abi::SystemCall::unlink, "unlink", 1},
    {abi::SystemCall::link, "link", 2},     {abi::SystemCall::mkdir, "mkdir", 1},
    {abi::SystemCall::close, "close", 1},   {abi::SystemCall::shutdown, "shutdown", 1},
}};

std::string call_text(u64 number, std::span<const u64> arguments) {
    const auto* call =
        std::ranges::find(calls, static_cast<abi::SystemCall>(number), &CallShape::number);
    const std::size_t shown = call != calls.end() ? call->arguments : arguments.size();
    std::string text = system_call_name(number) + "(";
    for (std::size_t n = 0; n < shown; ++n) {
        text += fmt::format("{}{:#x}", n == 0 ? "" : ", ", arguments[n]);
    }
    return text + ")";
}

constexpr unsigned a0 = 10, a7 = 17;  // x registers

}  // namespace

std::string system_call_name(u64 number) {
    const auto* call =
        std::ranges::find(calls, static_cast<abi::SystemCall>(number), &CallShape::number);
    return call != calls.end() ? std::string(call->name) : fmt::format("call {}", number);
}

Result<std::unique_ptr<Trace>> Trace::create(const std::string& path, std::function<u64()> time) {
    // A FIFO that nobody reads would keep us waiting here.
    const int file =
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | O_CLOEXEC, 0666);
    if (file < 0) {
        return error(errno == ENXIO
                         ? fmt::format("{}: nobody reads from it", path)
                         : fmt::format("{}: cannot be written: {}", path, std::strerror(errno)));
    }
    return std::unique_ptr<Trace>(new Trace(path, file, std::move(time)));
}

Trace::~Trace() {
    (void)finish();
    ::close(file_);
}

Result<void> Trace::finish() {
    for (Buffer& buffer : buffers_) {
        write_out(buffer.text);
    }
    const FutexGuard guard(file_lock_);
    if (failure_ == 0 || failure_ == EPIPE) {
        return {};
    }
    return error(fmt::format("{}: not all could be written: {}", path_, std::strerror(failure_)));
}

void Trace::trap(const HartState& state, u64 cause, u64 tval, std::optional<u32> pid) {
    if ((cause & csr::interrupt_bit) != 0) {
        return;
    }
    if (static_cast<Cause>(cause) == Cause::EcallUser) {
        const u64 number = state.x[a7];
        {
            const FutexGuard guard(calls_lock_);
            calls_[caller(state, pid)] = number;
        }
        line(state.id, pid, call_text(number, std::span(state.x).subspan(a0, 6)));
        return;
    }
    const auto fault = [&](std::string_view kind) {
        line(state.id, pid, fmt::format("fault {} {:#x} at {:#x}", kind, tval, state.pc));
    };
    switch (static_cast<Cause>(cause)) {
    case Cause::InstructionPage: return fault("execute");
    case Cause::LoadPage: return fault("load");
    case Cause::StorePage: return fault("store");
    default:
        line(state.id, pid,
             fmt::format("{} {:#x} at {:#x}", exception_name(cause), tval, state.pc));
    }
}

void Trace::trap_return(const HartState& state, std::optional<u32> pid) {
    if (state.mode != Privilege::User) {
        return;
    }
    u64 number = 0;
    {
        const FutexGuard guard(calls_lock_);
        const auto call = calls_.find(caller(state, pid));
        if (call == calls_.end()) {
            return;
        }
        number = call->second;
        calls_.erase(call);
    }
    line(state.id, pid,
         fmt::format("{} = {}", system_call_name(number), static_cast<i64>(state.x[a0])));
}

void Trace::switched(const HartState& state, std::optional<u32> pid) {
    line(state.id, pid, "switch");
}

u64 Trace::caller(const HartState& state, std::optional<u32> pid) {
    constexpr u64 page_table = u64{1} << 63;
    return pid ? *pid : page_table | Satp{state.csr.satp}.root().value;
}

void Trace::line(HartId hart, std::optional<u32> pid, std::string_view event) {
    const u64 now = time_();
    std::string& text = buffers_[hart.value].text;
    fmt::format_to(std::back_inserter(text), "{}.{:07} {} {} {}\n", now / time_frequency,
                   now % time_frequency, hart.value, pid ? std::to_string(*pid) : "-", event);
    if (text.size() >= buffered) {
        write_out(text);
    }
}

void Trace::write_out(std::string& text) {
    const FutexGuard guard(file_lock_);
    constexpr std::chrono::seconds patience{2};  // of a reader of a pipe
    if (failure_ == 0) {                         // a full disk ends the trace, not the run
        failure_ = write_patiently(file_, text, patience);
    }
    text.clear();
}

}  // namespace stampede
