// One CPU of fuzz_mm: it does what its script says with processes that nobody else touches
// meanwhile, and checks that each sees its own bytes only.
#pragma once
#include <array>
#include <atomic>
#include <deque>
#include <memory>
#include <span>
#include <string>

#include "fuzz/targets/fuzz_mm_script.h"
#include "kernel/mm/space.h"
#include "kernel/tests/user_cpu.h"

namespace kernel::fuzz {

// of a process at most; more than are flushed one by one
inline constexpr std::uint64_t pages = 20;
// The last two have a page table of their own, whose allocation may fail, too.
inline constexpr std::uint64_t first_address = 0x20'0000 - 18 * page_size;
inline constexpr std::size_t processes_a_cpu = 6;  // at most, as far as fork goes
inline constexpr std::array<std::uint64_t, 4> probes{
    0, 1, 2000, 4095};  // bytes of a page whose value is remembered

constexpr VirtAddr address_of_page(std::uint64_t page) {
    return {first_address + page * page_size};
}
constexpr std::uint64_t page_at(std::uint64_t address) {
    return (address - first_address) / page_size;
}

// What a process must see in a page.
struct Page {
    static constexpr int unknown = -1;  // the old value or the new one
    bool mapped = false;
    bool writable = true;  // where it is mapped
    std::array<int, probes.size()> seen{};
};

struct Process {
    AddressSpace space;
    std::array<Page, pages> memory{};
};
using ProcessPointer = std::unique_ptr<Process>;

// Where CPUs leave processes for each other. An exchange hands one over with everything written
// before.
using Mailbox = std::array<std::atomic<Process*>, 2>;

class ScriptedCpu {
public:
    // On a wrong byte: prints it and aborts. `processes`: this CPU's own.
    ScriptedCpu(std::deque<ProcessPointer>& processes, Mailbox& mailbox)
        : mine_(processes), mailbox_(mailbox) {}
    void run(std::span<const Operation> operations);
    // The frames that it still hoards.
    void give_back();

private:
    void step(const Operation& operation);
    void fork(Process& parent);
    void end_process(std::size_t which);
    void store(Process& process, const Operation& operation);
    void load(Process& process, const Operation& operation);
    void copy_out(Process& process, const Operation& operation);
    void copy_in(Process& process, const Operation& operation);
    void map(Process& process, std::uint64_t first, std::uint64_t end, const Operation& operation);
    void unmap(Process& process, std::uint64_t first, std::uint64_t end);
    void hoard(const Operation& operation);
    void hand_over(std::size_t which, const Operation& operation);
    void receive(const Operation& operation);

    // Whether something succeeded. Memory may run out at any time; other errors are wrong.
    template <class T>
    static bool done(const char* what, const Result<T>& result);
    static void check(const char* what, const Process& process, VirtAddr at, int found);

    test::UserCpu user_;
    std::deque<ProcessPointer>& mine_;
    Mailbox& mailbox_;
    std::deque<Frame*> hoarded_;
};

}  // namespace kernel::fuzz
