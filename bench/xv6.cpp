// How much processor time does a kernel in the manner of xv6 take, next to QEMU? Somebody's tree as
// `make` has left it, from reset until a line at its shell is done; both run in turn. Our side is
// `stress` with all that watches a run.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <span>
#include <string_view>

#include "bench/support/emulator.h"
#include "bench/support/report.h"
#include "bench/support/statistics.h"
#include "bench/xv6/qemu_session.h"
#include "harts/base/child.h"
#include "harts/guests/shelf.h"
#include "harts/guests/workloads.h"
#include "harts/guests/xv6/tree.h"

using namespace stampede;
using namespace stampede::bench;

namespace {

struct Choice {
    std::string tree;
    unsigned harts = 3;
    std::vector<std::string> lines{"usertests -q"};
    unsigned operations = 2000;  // of a workload of ours
};
constexpr double patience = 900;  // seconds without a word

bool is_ours(const std::string& line) {
    return std::ranges::find(workloads(), line, &Workload::name) != workloads().end();
}

Work work_of(const Choice& choice, const std::string& line) {
    if (is_ours(line)) {
        return {line, fmt::format("ops={} seed=1", choice.operations)};
    }
    const std::size_t blank = line.find(' ');
    return {line.substr(0, blank), blank == std::string::npos ? "" : line.substr(blank + 1)};
}

// CPU seconds of QEMU from reset until the line is done; of an empty one, until the first prompt.
Result<double> in_qemu(const Guest& guest, const Choice& choice, const QemuMachine& machine,
                       const std::string& line) {
    const Result<Start> start = guest.start(work_of(choice, line.empty() ? "echo" : line));
    if (!start) {
        return std::unexpected(start.error());
    }
    const TemporaryImage image(*start->disks.at(0));
    Result<QemuSession> session =
        QemuSession::start(machine, guest.kernel, image.path(), choice.harts);
    if (!session) {
        return std::unexpected(session.error());
    }
    if (const Result<void> booted = session->wait_for(guest.prompt, patience); !booted) {
        return std::unexpected(booted.error());
    }
    if (!line.empty()) {
        session->type(start->line + "\n");
        if (const auto done = session->wait_for("\n" + guest.prompt, patience); !done) {
            return std::unexpected(done.error());
        }
    }
    return session->cpu_s();
}

Result<double> here(const Choice& choice, const std::string& line) {
    std::vector<std::string> command{Shelf::beside_program().command("stress").string(), "--xv6",
                                     choice.tree, "--cpus", std::to_string(choice.harts)};
    for (const char* word : {"--seed", "1", "--timeout", "1h"}) {
        command.emplace_back(word);
    }
    if (is_ours(line)) {
        command.insert(command.end(), {"--ops", std::to_string(choice.operations)});
    }
    command.push_back(line.empty() ? "echo" : line);
    Result<Child> child = Child::start(command);
    if (!child) {
        return std::unexpected(child.error());
    }
    std::string last;
    for (;;) {
        const Result<std::optional<Line>> next = child->next_line(patience);
        if (!next) {
            return std::unexpected(next.error());
        }
        if (!*next) {
            break;
        }
        last = (*next)->text;
    }
    if (const int status = child->wait(); status != 0) {
        return error(fmt::format("{}: status {}: {}", fmt::join(command, " "), status, last));
    }
    return child->cpu_s();
}

Result<Row> compare(const Guest& guest, const Choice& choice, const QemuMachine& machine,
                    const std::string& line, unsigned runs) {
    std::vector<double> qemu, ours;
    for (unsigned run = 0; run < runs; ++run) {
        const Result<double> theirs = in_qemu(guest, choice, machine, line);
        const Result<double> own = theirs ? here(choice, line) : theirs;
        if (!own) {
            return std::unexpected(own.error());
        }
        qemu.push_back(*theirs);
        ours.push_back(*own);
    }
    return Row{fmt::format("{}, {} harts", line.empty() ? "boot" : line, choice.harts),
               {{"QEMU, s", median(qemu)},
                {"Stampede, s", median(ours)},
                {"ratio", median(ours) / median(qemu)}},
               {}};
}

Result<void> measure(Report& report, unsigned runs, const Choice& choice) {
    const Result<Guest> guest = xv6_tree(choice.tree, Shelf::beside_program());
    if (!guest) {
        return std::unexpected(guest.error());
    }
    if (!qemu_is_installed()) {
        fmt::print(
            "there is no qemu-system-riscv64 to compare with (apt-get install qemu-system-misc): "
            "nothing is measured\n");
        return {};
    }
    const Result<Start> start = guest->start(work_of(choice, "echo"));
    const Result<QemuMachine> machine =
        start ? QemuMachine::that_boots(guest->kernel, TemporaryImage(*start->disks.at(0)).path(),
                                        guest->prompt)
              : std::unexpected(start.error());
    if (!machine) {
        return std::unexpected(machine.error());
    }
    std::vector<std::string> lines{""};
    lines.insert(lines.end(), choice.lines.begin(), choice.lines.end());
    for (const std::string& line : lines) {
        Result<Row> row = compare(*guest, choice, *machine, line, runs);
        if (!row) {
            return std::unexpected(row.error());
        }
        report.add(std::move(*row));
    }
    return {};
}

// The report wants it before the options are read.
std::string harts_of(std::span<char* const> words) {
    const auto option = std::ranges::find(words, std::string_view("--cpus"));
    const auto value = option == words.end() ? option : std::next(option);
    const bool number = value != words.end() && **value >= '1' && **value <= '9';
    return number ? *value : std::to_string(Choice{}.harts);
}

}  // namespace

int main(int argc, char** argv) {
    Choice choice;
    return run_benchmark(
        argc, argv, "CPU time of somebody's xv6, next to QEMU",
        {{"policy", "its own"},
         {"cpus", harts_of(std::span(argv, static_cast<std::size_t>(argc)))},
         {"time", "host"}},
        [&](Report& report, unsigned runs) { return measure(report, runs, choice); },
        [&](CLI::App& app) {
            app.add_option("--xv6", choice.tree, "the tree, built")->required();
            app.add_option("--cpus", choice.harts, "harts")
                ->check(CLI::Range(1, 8))
                ->capture_default_str();
            app.add_option("--ops", choice.operations, "operations of a workload of ours")
                ->check(CLI::PositiveNumber)
                ->capture_default_str();
            app.add_option("LINE", choice.lines,
                           "lines for its shell, or names of workloads of ours")
                ->capture_default_str();
        });
}
