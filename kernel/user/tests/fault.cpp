// Accesses that a process may not make: it is killed, and it alone.
#include <initializer_list>

#include "kernel/user/lib/child.h"
#include "kernel/user/lib/print.h"
#include "kernel/user/lib/protection.h"
#include "kernel/user/lib/string.h"

using namespace user;

namespace {

volatile std::uint64_t bystander = 0x1234567890abcdef;

void load(std::uint64_t address) {
    std::uint64_t value;
    asm volatile("lbu %0, (%1)" : "=r"(value) : "r"(address) : "memory");
}

void store(std::uint64_t address) { asm volatile("sb zero, (%0)" : : "r"(address) : "memory"); }

void jump(std::uint64_t address) { asm volatile("jalr %0" : : "r"(address) : "ra", "memory"); }

void must_be_killed(const char* what, void (*access)(std::uint64_t), std::uint64_t address) {
    const int status = status_of_child([&] { access(address); });
    if (status != killed_status) {
        fail("a child survived an access it may not make", "%s at 0x%lx, status %d", what, address,
             status);
    }
    if (bystander != 0x1234567890abcdef) {
        fail("the parent's data changed", "after %s at 0x%lx", what, address);
    }
}

}  // namespace

int main(int argc, char** argv) {
    write_text_if_asked(argc, argv);
    constexpr std::uint64_t kernel_half = 0xffffffc000000000, max_va = stampede::abi::user_max_va;
    const std::uint64_t text = reinterpret_cast<std::uint64_t>(&main);
    const std::uint64_t heap_end = reinterpret_cast<std::uint64_t>(sbrk(0));
    const std::uint8_t text_byte = *reinterpret_cast<volatile std::uint8_t*>(text);

    must_be_killed("a load", load, 0xdeadbeef);
    must_be_killed("a store", store, 0xdeadbeef);
    must_be_killed("a jump", jump, 0xdeadbeee);  // even: an odd one would be rounded
    for (const std::uint64_t address : {max_va - 1, max_va, std::uint64_t{0x80000000}, kernel_half,
                                        kernel_half + 0x80000000, ~std::uint64_t{0}}) {
        must_be_killed("a load", load, address);
        must_be_killed("a store", store, address);
        must_be_killed("a jump", jump, address & ~std::uint64_t{1});
    }
    must_be_killed("a load behind the heap", load, heap_end);
    const bool text_protected = is_text_protected();
    if (text_protected) {
        must_be_killed("a store to text", store, text);
        must_be_killed("a jump into data", jump, reinterpret_cast<std::uint64_t>(&bystander));
    }
    must_be_killed("an illegal instruction", [](std::uint64_t) { asm volatile(".word 0"); }, 0);
    must_be_killed(
        "a privileged instruction",
        [](std::uint64_t) {
            asm volatile("csrr t0, satp" : : : "t0");
        },
        0);
    must_be_killed("a breakpoint", [](std::uint64_t) { asm volatile("ebreak"); }, 0);
    if (*reinterpret_cast<volatile std::uint8_t*>(text) != text_byte) {
        fail("text changed", "a store to it must not take effect");
    }
    printf(console_out, "fault: ok%s\n",
           text_protected ? "" : ", but all pages may be written and executed");
    return 0;
}
