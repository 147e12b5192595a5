// fuzz_mm: the kernel's memory core on the host, no emulator, under ThreadSanitizer. Threads as
// CPUs do what their scripts say (fuzz_mm_script.h) to processes that share frames. Each process
// must see its own bytes only; at the end counts, tables and free lists must agree, and all frames
// come back. Which interleaving an input meets is the host's choice: what was found may take
// several runs to show again.
#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <random>
#include <thread>

#include "fuzz/targets/fuzz_mm_cpu.h"
#include "kernel/frames/allocation_failure.h"
#include "kernel/tests/consistency.h"
#include "kernel/tests/machine.h"

#ifndef TSAN_SYMBOLIZER
#define TSAN_SYMBOLIZER ""  // the one that is in PATH
#endif

// The first race ends the process, so that libFuzzer keeps the input that showed it.
extern "C" const char* __tsan_default_options() {
    return "halt_on_error=1:report_signal_unsafe=0:atexit_sleep_ms=0" TSAN_SYMBOLIZER;
}

namespace kernel::fuzz {
namespace {

constexpr std::uint64_t frames = 192;          // few enough that memory runs out now and then
constexpr std::uint64_t mapped_at_first = 17;  // pages

// Threads that wait for work: CPUs 1 to most_cpus. They live as long as the process.
class Cpus {
public:
    Cpus() {
        for (unsigned number = 0; number < most_cpus; ++number) {
            std::thread([this, number] { serve(number); }).detach();
        }
    }

    // Calls work(0) to work(count - 1), each on a thread of its own, all at the same time.
    void run(unsigned count, const std::function<void(unsigned)>& work) {
        std::unique_lock lock(mutex_);
        work_ = &work;
        wanted_ = count;
        left_ = count;
        arrived_.store(0, std::memory_order_relaxed);  // the mutex orders it
        ++round_;
        changed_.notify_all();
        changed_.wait(lock, [this] { return left_ == 0; });
    }

private:
    void serve(unsigned number) {
        const host::BoundCpu bound(number + 1);
        std::unique_lock lock(mutex_);
        for (std::uint64_t seen = 0;; seen = round_) {
            changed_.wait(lock, [&] { return round_ != seen; });
            if (number >= wanted_) {
                continue;
            }
            const auto& work = *work_;
            const unsigned count = wanted_;
            lock.unlock();
            // Scripts are short: who begins before the others are awake is done by then. Nothing is
            // handed over here, the mutex did.
            arrived_.fetch_add(1, std::memory_order_relaxed);
            while (arrived_.load(std::memory_order_relaxed) < count) {
                std::this_thread::yield();
            }
            work(number);
            lock.lock();
            if (--left_ == 0) {
                changed_.notify_all();
            }
        }
    }

    std::mutex mutex_;  // guards all but arrived_
    std::condition_variable changed_;
    const std::function<void(unsigned)>* work_ = nullptr;
    unsigned wanted_ = 0, left_ = 0;
    std::uint64_t round_ = 0;
    std::atomic<unsigned> arrived_ = 0;  // at the beginning of this round's work
};

using Processes = std::array<std::deque<ProcessPointer>, most_cpus>;

// All begin as copies of one process, so every frame is shared by all CPUs.
void begin(Processes& processes, unsigned cpus) {
    auto first = std::make_unique<Process>();
    constexpr std::uint64_t read_write = Pte::read | Pte::write;
    if (!first->space.create() ||
        !first->space.map_zeroed(address_of_page(0), address_of_page(mapped_at_first),
                                 read_write)) {
        std::abort();
    }
    for (std::uint64_t page = 0; page < mapped_at_first; ++page) {
        first->memory[page].mapped = true;
    }
    for (unsigned cpu = 1; cpu < cpus; ++cpu) {
        auto child = std::make_unique<Process>();
        child->memory = first->memory;
        if (!child->space.create() || !first->space.fork_into(child->space)) {
            std::abort();
        }
        processes[cpu].push_back(std::move(child));
    }
    processes[0].push_back(std::move(first));
}

void require_consistent(const Processes& processes, const char* when) {
    std::vector<const AddressSpace*> spaces;
    for (const auto& of_cpu : processes) {
        for (const ProcessPointer& process : of_cpu) {
            spaces.push_back(&process->space);
        }
    }
    policy::settle();
    const std::vector<std::string> lines = test::violations(spaces);
    for (const std::string& line : lines) {
        fmt::print(stderr, "fuzz_mm: {}: {}\n", when, line);
    }
    if (!lines.empty()) {
        std::abort();
    }
}

void end(Processes& processes, Mailbox& mailbox) {
    for (auto& left : mailbox) {
        if (ProcessPointer process{left.exchange(nullptr)}) {
            processes[0].push_back(std::move(process));
        }
    }
    require_consistent(processes, "behind the last operation");
    for (auto& of_cpu : processes) {
        for (const ProcessPointer& process : of_cpu) {
            process->space.destroy();
        }
        of_cpu.clear();
    }
    require_consistent(processes, "at the end");
    if (policy::frames_in_use() != 0) {
        fmt::print(stderr, "fuzz_mm: {} frames did not come back\n", policy::frames_in_use());
        std::abort();
    }
}

void run(const Script& script) {
    static test::Machine machine(frames);
    static Cpus& cpus = *new Cpus;
    Processes processes;
    Mailbox mailbox{};
    begin(processes, script.cpus);
    cpus.run(script.cpus, [&](unsigned number) {
        ScriptedCpu cpu(processes[number], mailbox);
        cpu.run(script.operations[number]);
        cpu.give_back();
    });
    fail_allocation(0);
    end(processes, mailbox);
}

}  // namespace
}  // namespace kernel::fuzz

// an engine may have none
extern "C" [[gnu::weak]] std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size,
                                                      std::size_t room);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    kernel::fuzz::run(kernel::fuzz::script_of({data, size}));
    return 0;
}

// CPUs get in each other's way in long scripts only, and libFuzzer begins with short ones: now and
// then there is a new one by chance.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t room, unsigned seed) {
    constexpr std::size_t short_script = 64, longest_new = 800;  // bytes
    std::minstd_rand random(seed);
    if (size < short_script || random() % 32 == 0) {
        size = std::min<std::size_t>(room, short_script + random() % (longest_new - short_script));
        std::generate_n(data, size, [&] { return static_cast<std::uint8_t>(random() >> 8); });
        return size;
    }
    return LLVMFuzzerMutate != nullptr ? LLVMFuzzerMutate(data, size, room) : size;
}
