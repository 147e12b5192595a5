// The operations of a program, one after the other. Nothing is printed, and what an operation costs
// is counted in instructions: a program is run some thousand times a second.
#include "kernel/user/lib/guest_calls.h"
#include "kernel/user/system/executor.h"
#include "kernel/user/system/executor_exec.h"

using namespace user;
using namespace stampede::abi;

namespace executor {

namespace {

constexpr char byte_changed[] = "a byte changed that this process did not write";
constexpr char store_went_through[] = "a store to a read-only or unmapped page went through";
constexpr char load_went_through[] = "a load from an unmapped page went through";
constexpr char bad_pointer_accepted[] = "a call with a bad pointer succeeded";
constexpr char malformed[] = "the program is malformed";

constexpr char too_long_path[max_path + 8] = {
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
static_assert(too_long_path[max_path] == 'a');
constexpr std::int32_t first_process_pid = 1;  // the kernel panics if it ends

const ProgramOperation* operations() {
    return reinterpret_cast<const ProgramOperation*>(own.operations);
}

std::uint64_t address_of(const ProgramOperation& operation) {
    const auto base = static_cast<unsigned>(operation.base);
    if (base >= program_base_count) {
        check_failed(malformed);
        return 0;
    }
    return common.bases[base] + operation.offset;
}

std::int64_t descriptor_of(unsigned index) {
    using namespace program_descriptor;
    if (index < shared) {
        return own.results.made[index / 2][index % 2];
    }
    if (index < opened) {
        return common.pipes[(index - shared) / 2][index % 2];
    }
    if (index < copied) {
        return own.results.opened[index - opened];
    }
    if (index < raw) {
        return own.results.copied[index - copied];
    }
    return first_raw + static_cast<int>(index - raw);
}

std::int64_t pid_of(unsigned index) {
    using namespace program_pid;
    if (index < process) {
        return own.results.forked[index];
    }
    if (index < self) {
        return own.pids[index - process];
    }
    return index == self ? getpid() : static_cast<int>(index - raw);
}

std::uint64_t path_of(unsigned index) {
    switch (index) {
    case program_path_empty: return reinterpret_cast<std::uint64_t>("");
    case program_path_too_long: return reinterpret_cast<std::uint64_t>(too_long_path);
    case program_path_unmapped: return program_hole;
    case program_path_in_kernel: return program_kernel;
    default:
        return reinterpret_cast<std::uint64_t>(
            program_paths[index < program_path_count ? index : 0]);
    }
}

template <typename... Arguments>
std::int64_t call(SystemCall number, Arguments... arguments) {
    return system_call<std::int64_t>(number, arguments...);
}

std::int64_t make_pipe(const ProgramOperation& operation) {
    std::int32_t(&ends)[2] = own.results.made[operation.slot];
    if (operation.base == ProgramBase::null) {
        return pipe(ends);
    }
    const std::uint64_t where = address_of(operation);
    const std::int64_t result = call(SystemCall::pipe, where);
    if (result == 0) {
        const auto* const made = reinterpret_cast<const volatile std::uint8_t*>(where);
        for (unsigned n = 0; n < 2; ++n) {
            ends[n] = made[4 * n];  // descriptors are small; the address need not be aligned
        }
    }
    return result;
}

std::int64_t kill_somebody(const ProgramOperation& operation) {
    const std::int64_t pid = pid_of(operation.operand);
    return pid == first_process_pid || pid == common.keeper ? -1 : call(SystemCall::kill, pid);
}

// A heap that would end before where it began would take region, stack and code with it.
std::int64_t move_break(std::int64_t bytes) {
    if (bytes < 0 && bytes != INT32_MIN) {
        const std::int64_t grown =
            call(SystemCall::sbrk, 0) - static_cast<std::int64_t>(common.first_break);
        bytes = -bytes > grown ? -grown : bytes;
    }
    return call(SystemCall::sbrk, bytes);
}

void store(const ProgramOperation& operation) {
    *reinterpret_cast<volatile std::uint8_t*>(address_of(operation)) =
        static_cast<std::uint8_t>(operation.value);
    if (operation.flags & ProgramOperation::must_fault) {
        check_failed(store_went_through);
    }
}

void load(const ProgramOperation& operation) {
    const std::uint8_t byte =
        *reinterpret_cast<const volatile std::uint8_t*>(address_of(operation));
    if (operation.flags & ProgramOperation::must_fault) {
        check_failed(load_went_through);
    }
    if ((operation.flags & ProgramOperation::byte_known) && byte != operation.value) {
        check_failed(byte_changed);
    }
}

// Code may lie at the beginning: what it would do is anybody's guess.
void jump(const ProgramOperation& operation) {
    if (operation.base == ProgramBase::text || operation.base == ProgramBase::null) {
        asm volatile("unimp");
    }
    reinterpret_cast<void (*)()>(address_of(operation))();
}

// The result; 0 for what has none.
std::int64_t perform(const ProgramOperation& operation) {
    switch (operation.call) {
    case ProgramCall::exit: exit(static_cast<int>(operation.value));
    case ProgramCall::wait: return call(SystemCall::wait, address_of(operation));
    case ProgramCall::pipe: return make_pipe(operation);
    case ProgramCall::read:
        return call(SystemCall::read, descriptor_of(operation.operand), address_of(operation),
                    operation.value);
    case ProgramCall::write:
        return call(SystemCall::write, descriptor_of(operation.operand), address_of(operation),
                    operation.value);
    case ProgramCall::close: return call(SystemCall::close, descriptor_of(operation.operand));
    case ProgramCall::dup:
        return own.results.copied[operation.slot] =
                   static_cast<int>(call(SystemCall::dup, descriptor_of(operation.operand)));
    case ProgramCall::kill: return kill_somebody(operation);
    case ProgramCall::getpid: return getpid();
    case ProgramCall::sbrk: return move_break(operation.value);
    case ProgramCall::sleep: return call(SystemCall::sleep, operation.value);
    case ProgramCall::uptime: return uptime();
    case ProgramCall::open:
        return own.results.opened[operation.slot] = static_cast<int>(
                   call(SystemCall::open, path_of(operation.operand), operation.value));
    case ProgramCall::fstat:
        return call(SystemCall::fstat, descriptor_of(operation.operand), address_of(operation));
    case ProgramCall::chdir: return call(SystemCall::chdir, path_of(operation.operand));
    case ProgramCall::mknod:
        return call(SystemCall::mknod, path_of(operation.operand), operation.value, 0);
    case ProgramCall::unlink: return call(SystemCall::unlink, path_of(operation.operand));
    case ProgramCall::link:
        return call(SystemCall::link, path_of(operation.operand), path_of(operation.second));
    case ProgramCall::mkdir: return call(SystemCall::mkdir, path_of(operation.operand));
    case ProgramCall::exec:
        return call(SystemCall::exec, path_of(operation.operand), exec_arguments(own.arguments));
    case ProgramCall::store: store(operation); return 0;
    case ProgramCall::load: load(operation); return 0;
    case ProgramCall::fail_allocation: return call(SystemCall::fail_allocation, operation.value);
    case ProgramCall::jump: jump(operation); return 0;
    case ProgramCall::arguments:
        own.arguments = static_cast<ProgramArguments>(operation.value);
        return 0;
    case ProgramCall::make_program: return make_program(static_cast<ProgramFlaw>(operation.value));
    case ProgramCall::system_call: return call(static_cast<SystemCall>(operation.value));
    default: check_failed(malformed); return 0;
    }
}

// How many operations to go on by: past the child's, unless this is the child.
std::uint32_t fork_here(const ProgramOperation& operation) {
    const int pid = fork();
    if (pid == 0) {
        return 1;
    }
    own.results.forked[operation.slot] = pid;
    return static_cast<std::uint32_t>(operation.value) + 1;
}

void run(std::uint32_t first, std::uint32_t end) {
    constexpr std::uint8_t results = ProgramOperation::not_positive | ProgramOperation::minus_one;
    while (first < end) {
        const ProgramOperation& operation = operations()[first];
        if (operation.slot >= program_slots) {
            check_failed(malformed);
            return;
        }
        if (operation.call == ProgramCall::fork) {
            first += fork_here(operation);
            continue;
        }
        const std::int64_t result = perform(operation);
        if ((operation.flags & results) != 0 &&
            (operation.flags & ProgramOperation::minus_one ? result != -1 : result > 0)) {
            check_failed(bad_pointer_accepted);
        }
        ++first;
    }
}

}  // namespace

[[noreturn]] void run_process(unsigned number) {
    const ProgramHeader& header = own.header;
    const std::uint64_t room = own.block.length < sizeof header
                                   ? 0
                                   : (own.block.length - sizeof header) / sizeof(ProgramOperation);
    const ProgramHeader::Part part = header.parts[number];
    if (header.magic != ProgramHeader::expected_magic || header.processes > program_processes ||
        part.first > room || part.count > room - part.first ||
        own.block.length > program_image_limit) {
        check_failed(malformed);
    } else {
        run(part.first, part.first + part.count);
    }
    done(0);
    sleep_for_ever();
}

}  // namespace executor
