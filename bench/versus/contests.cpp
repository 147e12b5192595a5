#include "bench/versus/contests.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <regex>

#include "bench/support/command_output.h"
#include "bench/support/emulator.h"
#include "bench/support/statistics.h"
#include "harts/guests/shelf.h"

namespace stampede::bench {
namespace {

constexpr Bar at_least(double limit) { return {Direction::AtLeast, limit}; }
constexpr Contest loop(const char* name, unsigned harts = 1, std::optional<Bar> bar = {}) {
    return {Contest::Guest::Loop, name, harts, bar};
}
constexpr Contest loop_in_mean(const char* name) {
    return {Contest::Guest::Loop, name, 1, at_least(0.35), true};
}
constexpr Contest program(const char* name, unsigned harts = 1, std::optional<Bar> bar = {}) {
    return {Contest::Guest::Program, name, harts, bar};
}
constexpr Contest copies(const char* name, unsigned harts) {
    return {Contest::Guest::Program, name, harts, {}, false, harts};
}

// Of the kernel's benchmarks two are left out, though both run under QEMU: `apart` does what
// fork_exit_wait and sbrk_touch do, for processes that share nothing, and `commute` waits between
// its operations, on purpose.
constexpr Contest all[] = {
    loop_in_mean("int"),
    loop_in_mean("mix"),
    loop_in_mean("call"),
    loop_in_mean("memcpy8"),
    loop_in_mean("memset8"),
    loop("memmove1"),
    loop("chase"),
    loop("csr", 1, at_least(4)),
    loop("ecall", 1, at_least(4)),
    loop("satp", 1, at_least(10)),
    loop("tlb_miss"),
    loop("tlb_fence"),
    loop("lock"),
    loop("lock", 2),
    loop("lrsc"),
    loop("amoadd"),
    program("getpid"),
    program("fork_exit_wait"),
    program("fork_exec_wait"),
    program("cow_fault"),
    program("pipe_roundtrip"),
    program("copyout_page"),
    program("sbrk_touch"),
    program("page_table"),
    copies("fork_exit_wait", 2),
    copies("fork_exit_wait", 8),
    copies("cow_fault", 2),
    copies("cow_fault", 8),
    program("forkbomb"),
    program("forkbomb", 2),
    program("forkbomb", 8, at_least(1)),
};

Result<Span> time_of(const Contest& contest, Emulator emulator, unsigned seconds) {
    const bool bare = contest.guest == Contest::Guest::Loop;
    const std::string name = contest.name;
    const Shelf shelf = Shelf::beside_program();
    const Result<Guest> guest = bare ? Result<Guest>(shelf.loops()) : shelf.kernel(default_kernel);
    if (!guest) {
        return error(guest.error().message);
    }
    const Work work{
        name, bare ? "" : fmt::format("copies={} seconds={} seed=1", contest.copies, seconds)};
    const Stretch stretch = bare ? Stretch{"S " + name, "E " + name + " \\d+ (\\d+)"}
                                 : Stretch{"", name + ": (\\d+) operations.*", contest.copies};
    return time_between(command(emulator, *guest, work, contest.harts), stretch);
}

}  // namespace

std::span<const Contest> contests() { return all; }

std::size_t contests_in_mean() {
    return static_cast<std::size_t>(std::ranges::count(all, true, &Contest::in_mean));
}

std::string Contest::row() const {
    return fmt::format("{}, {} {}", name, harts, harts == 1 ? "hart" : "harts");
}

bool ContestChoice::wants(const Contest& contest) const {
    return std::regex_search(contest.row(), std::regex(filter));
}

void add_options(CLI::App& app, ContestChoice& choice) {
    app.add_option("--filter", choice.filter, "REGEX: only rows whose name it matches")
        ->check([](const std::string& text) {
            try {
                const std::regex tried(text);
                return std::string();
            } catch (const std::regex_error& wrong) {
                return fmt::format("{} is no regular expression: {}", text, wrong.what());
            }
        });
    app.add_option("--seconds", choice.seconds, "guest seconds of each program")
        ->check(CLI::Range(1, 3600))
        ->capture_default_str();
}

Result<Row> compare_with_qemu(const Contest& contest, unsigned seconds, unsigned runs) {
    std::vector<double> qemu, ours;
    for (unsigned run = 0; run < runs; ++run) {
        for (auto [emulator, times] :
             {std::pair{Emulator::Qemu, &qemu}, {Emulator::Stampede, &ours}}) {
            const Result<Span> span = time_of(contest, emulator, seconds);
            if (!span) {
                return error(span.error().message);
            }
            times->push_back(span->cpu_s / span->sum * 1e9);
        }
    }
    const double theirs = median(qemu), our = median(ours);
    return Row{contest.row(),
               {{"QEMU, ns", theirs}, {"Stampede, ns", our}, {"speed", theirs / our}},
               contest.bar};
}

}  // namespace stampede::bench
