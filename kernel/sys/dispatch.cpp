#include "kernel/sys/dispatch.h"

#include <array>

#include "kernel/base/print.h"
#include "kernel/proc/process.h"
#include "kernel/proc/trap_frame.h"
#include "kernel/sys/calls.h"

namespace kernel {

namespace {

using stampede::abi::SystemCall;
using CallFunction = CallResult (*)(const Arguments&);

struct Entry {
    SystemCall number;
    CallFunction function;
};

constexpr Entry entries[] = {
    {SystemCall::fork, sys_fork},
    {SystemCall::exit, sys_exit},
    {SystemCall::wait, sys_wait},
    {SystemCall::pipe, sys_pipe},
    {SystemCall::read, sys_read},
    {SystemCall::kill, sys_kill},
    {SystemCall::exec, sys_exec},
    {SystemCall::fstat, sys_fstat},
    {SystemCall::chdir, sys_chdir},
    {SystemCall::dup, sys_dup},
    {SystemCall::getpid, sys_getpid},
    {SystemCall::sbrk, sys_sbrk},
    {SystemCall::sleep, sys_sleep},
    {SystemCall::uptime, sys_uptime},
    {SystemCall::open, sys_open},
    {SystemCall::write, sys_write},
    {SystemCall::mknod, sys_mknod},
    {SystemCall::unlink, sys_unlink},
    {SystemCall::link, sys_link},
    {SystemCall::mkdir, sys_mkdir},
    {SystemCall::close, sys_close},
    {SystemCall::shutdown, sys_shutdown},
    {SystemCall::fail_allocation, sys_fail_allocation},
    {SystemCall::set_priority, sys_set_priority},
    {SystemCall::priority_of, sys_priority_of},
};

constexpr std::size_t number_limit = 68;

constexpr auto table = [] {
    std::array<CallFunction, number_limit> functions{};
    for (const Entry& entry : entries) {
        functions[static_cast<std::size_t>(entry.number)] = entry.function;
    }
    return functions;
}();

}  // namespace

void dispatch_system_call(Process& self) {
    TrapFrame& frame = *self.trap_frame;
    std::uint64_t number = frame.a(7);
    CallFunction function = number < number_limit ? table[number] : nullptr;
    if (!function) {
        print("%u %s: unknown sys call %lu\n", self.pid, self.name.data(), number);
        frame.a(0) = ~std::uint64_t{0};
        return;
    }
    CallResult result = function(Arguments(self, frame));
    frame.a(0) = result ? *result : ~std::uint64_t{0};
}

}  // namespace kernel
