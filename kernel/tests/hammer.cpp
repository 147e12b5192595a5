// Hammers one frame policy, and all of mm/ above it: host threads as CPUs run processes that share
// frames and fork, write, copy out, unmap, move between CPUs and end, all at once, while each
// checks that it sees its own bytes only.
//   hammer [OPERATIONS A CPU [SEED]]
// Exit: 0 when all was consistent, 1 with a line on stderr for each thing that was not.
#include <fmt/format.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <deque>
#include <latch>
#include <memory>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include "kernel/frames/stats.h"
#include "kernel/tests/consistency.h"
#include "kernel/tests/machine.h"
#include "kernel/tests/user_cpu.h"

namespace kernel::test {
namespace {

constexpr unsigned cpus = 4;
constexpr unsigned rounds = 4;
constexpr std::uint64_t pages = 12;         // of a process, from 0 on
constexpr std::uint64_t frames = 256;       // few enough that memory runs out now and then
constexpr std::size_t processes_a_cpu = 8;  // at most, as far as fork goes

// What the process must see in a page: the program's own stores go to the first and the last byte
// only.
struct Page {
    int ends = 0;  // -1: the page is not mapped
    int middle = 0;

    bool mapped() const { return ends >= 0; }
};

struct Process {
    AddressSpace space;
    std::array<Page, pages> seen{};
};
using ProcessPointer = std::unique_ptr<Process>;

// Where CPUs leave processes for each other. An exchange hands a process over with everything
// written before.
std::array<std::atomic<Process*>, 2 * cpus> mailbox;

class Cpu {
public:
    // Runs `processes`, which nobody else touches meanwhile.
    Cpu(std::deque<ProcessPointer>& processes, std::uint32_t seed)
        : random_(seed), mine_(processes) {}

    void work(std::uint64_t operations) {
        for (std::uint64_t done = 0; done < operations && wrong_.empty(); ++done) {
            step();
            // so that CPUs take turns on a host with fewer
            if (done % 64 == 0) {
                std::this_thread::yield();
            }
        }
    }
    const std::vector<std::string>& wrong() const { return wrong_; }
    std::uint64_t out_of_memory() const { return out_of_memory_; }

private:
    std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

    void step() {
        if (mine_.empty()) {
            return receive();
        }
        const std::size_t which = below(mine_.size());
        Process& process = *mine_[which];
        user_.run(process.space);
        const std::uint64_t page = below(pages);
        switch (below(32)) {
        case 0 ... 3: fork(process); break;
        case 4:
            if (mine_.size() > 1) {
                end_process(which);
            }
            break;
        case 5 ... 6: unmap_or_map(process, page); break;
        case 7 ... 11: copy_out(process, page); break;
        case 12 ... 14: hand_over(which); break;
        case 15 ... 21: check(process, page); break;
        default: write(process, page); break;
        }
    }

    void complain(const char* what, std::uint64_t page, int found, int expected) {
        wrong_.push_back(
            fmt::format("{}: page {} holds {}, expected {}", what, page, found, expected));
    }
    // Whether an operation succeeded; running out of memory is no error, but it is counted.
    template <class T>
    bool done(const char* what, const Result<T>& result) {
        if (result) {
            return true;
        }
        if (result.error() == Error::out_of_memory) {
            ++out_of_memory_;
        } else {
            wrong_.push_back(fmt::format("{}: error {}", what, static_cast<int>(result.error())));
        }
        return false;
    }

    void fork(Process& parent) {
        if (mine_.size() >= processes_a_cpu) {
            return;
        }
        auto child = std::make_unique<Process>();
        child->seen = parent.seen;
        if (done("create", child->space.create()) &&
            done("fork", parent.space.fork_into(child->space))) {
            mine_.push_back(std::move(child));
        } else {
            child->space.destroy();
        }
    }
    void end_process(std::size_t which) {
        mine_[which]->space.destroy();
        mine_.erase(mine_.begin() + static_cast<std::ptrdiff_t>(which));
    }
    void unmap_or_map(Process& process, std::uint64_t page) {
        const VirtAddr at{page * page_size};
        if (process.seen[page].mapped()) {
            process.space.unmap(at, at + page_size);
            process.seen[page].ends = -1;
        } else if (done("map",
                        process.space.map_zeroed(at, at + page_size, Pte::read | Pte::write))) {
            process.seen[page] = {};
        }
    }
    void write(Process& process, std::uint64_t page) {
        if (!process.seen[page].mapped()) {
            return;
        }
        const VirtAddr at{page * page_size};
        const int value = static_cast<int>(below(256));
        if (!done("store", user_.store(at, std::byte(value)))) {
            return;
        }
        if (done("store", user_.store(at + page_size - 1, std::byte(value)))) {
            process.seen[page].ends = value;
        }
    }
    // The kernel writes a page of bytes; a page that is not mapped must be refused.
    void copy_out(Process& process, std::uint64_t page) {
        const int value = static_cast<int>(below(256));
        const std::vector<std::byte> bytes(page_size, std::byte(value));
        Result<void> result = process.space.copy_out({page * page_size}, bytes);
        if (!process.seen[page].mapped()) {
            if (result) {
                complain("copy_out into a hole", page, value, -1);
            }
        } else if (done("copy_out", result)) {
            process.seen[page] = {.ends = value, .middle = value};
        }
    }
    void check(Process& process, std::uint64_t page) {
        const Page& seen = process.seen[page];
        check_byte({page * page_size}, seen.ends);
        check_byte({page * page_size + page_size / 2}, seen.mapped() ? seen.middle : -1);
        check_byte({page * page_size + page_size - 1}, seen.ends);
    }
    void check_byte(VirtAddr at, int expected) {
        Result<std::byte> value = user_.load(at);
        const int found = value ? std::to_integer<int>(*value) : -1;
        if (found != expected) {
            complain("load", at.value / page_size, found, expected);
        }
    }
    void hand_over(std::size_t which) {
        ProcessPointer given = std::move(mine_[which]);
        mine_.erase(mine_.begin() + static_cast<std::ptrdiff_t>(which));
        ProcessPointer taken(
            mailbox[below(mailbox.size())].exchange(given.release(), std::memory_order_acq_rel));
        if (taken) {
            mine_.push_back(std::move(taken));
        }
    }
    void receive() {
        ProcessPointer taken(
            mailbox[below(mailbox.size())].exchange(nullptr, std::memory_order_acq_rel));
        if (taken) {
            mine_.push_back(std::move(taken));
        }
    }

    std::mt19937 random_;
    UserCpu user_;
    std::deque<ProcessPointer>& mine_;
    std::vector<std::string> wrong_;
    std::uint64_t out_of_memory_ = 0;
};

struct Totals {
    std::mutex mutex;
    std::uint64_t out_of_memory = 0;
    std::vector<std::string> wrong;
};

using Processes = std::array<std::deque<ProcessPointer>, cpus>;

void run_round(Processes& processes, std::uint64_t operations, std::uint32_t seed, Totals& totals) {
    std::latch ready(cpus);  // or the first would be done before the last has begun
    std::vector<std::jthread> threads;
    for (unsigned number = 0; number < cpus; ++number) {
        threads.emplace_back([&, number] {
            host::BoundCpu bound(number);
            Cpu cpu(processes[number], seed * cpus + number);
            ready.arrive_and_wait();
            cpu.work(operations);
            // at the end only: it orders nothing between operations
            std::lock_guard guard(totals.mutex);
            totals.out_of_memory += cpu.out_of_memory();
            totals.wrong.insert(totals.wrong.end(), cpu.wrong().begin(), cpu.wrong().end());
        });
    }
}

void check(const Processes& processes, Totals& totals) {
    std::vector<const AddressSpace*> spaces;
    for (const auto& of_cpu : processes) {
        for (const ProcessPointer& process : of_cpu) {
            spaces.push_back(&process->space);
        }
    }
    for (const auto& left : mailbox) {
        if (const Process* process = left.load()) {
            spaces.push_back(&process->space);
        }
    }
    policy::settle();
    for (std::string& line : violations(spaces)) {
        totals.wrong.push_back(std::move(line));
    }
}

// All of them begin as copies of one process, so every frame is shared by all CPUs.
void begin(Processes& processes) {
    auto first = std::make_unique<Process>();
    constexpr VirtAddr data_end{pages * page_size};
    if (!first->space.create() || !first->space.map_zeroed({0}, data_end, Pte::read | Pte::write)) {
        std::abort();
    }
    for (unsigned i = 1; i < cpus; ++i) {
        auto child = std::make_unique<Process>();
        if (!child->space.create() || !first->space.fork_into(child->space)) {
            std::abort();
        }
        processes[i].push_back(std::move(child));
    }
    processes[0].push_back(std::move(first));
}

void end(Processes& processes) {
    for (auto& left : mailbox) {
        processes[0].emplace_back(left.exchange(nullptr));
    }
    for (auto& of_cpu : processes) {
        for (ProcessPointer& process : of_cpu) {
            if (process) {
                process->space.destroy();
            }
        }
        of_cpu.clear();
    }
}

int hammer(std::uint64_t operations, std::uint32_t seed) {
    Machine machine(frames);
    Processes processes;
    Totals totals;
    begin(processes);
    for (unsigned round = 0; round < rounds && totals.wrong.empty(); ++round) {
        run_round(processes, operations / rounds, seed + round, totals);
        check(processes, totals);
    }
    end(processes);
    check(processes, totals);
    if (policy::frames_in_use() != 0) {
        totals.wrong.push_back(fmt::format("{} frames lost", policy::frames_in_use()));
    }
    fmt::print(
        "{}: {} operations on each of {} CPUs, seed {}: {} copied, {} taken over, {} times out of "
        "memory\n",
        policy::name, operations, cpus, seed, sum_of(&Statistics::cow_copied),
        sum_of(&Statistics::cow_taken_over), totals.out_of_memory);
    if (policy::shares_on_fork && sum_of(&Statistics::cow_copied) == 0) {
        totals.wrong.push_back("nothing was ever copied");
    }
    if (totals.out_of_memory == 0) {
        totals.wrong.push_back("memory never ran out");
    }
    for (const std::string& line : totals.wrong) {
        fmt::print(stderr, "hammer: {}\n", line);
    }
    return totals.wrong.empty() ? 0 : 1;
}

}  // namespace
}  // namespace kernel::test

int main(int argc, char** argv) {
    const std::uint64_t operations = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 20'000;
    const auto seed = static_cast<std::uint32_t>(argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 1);
    return kernel::test::hammer(operations, seed);
}
