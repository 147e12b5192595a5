#include "bench/bugs/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace stampede::bench {
namespace {

std::string name_of(const Cell& cell) {
    return fmt::format("{} {} {}", cell.bug, cell.schedule, cell.seed);
}

}  // namespace

std::string result_text(const CellResult& result) {
    std::string text = fmt::format(
        "{}: {} in {:.1f} CPU s, {} runs", name_of(result.cell),
        result.found ? fmt::format("{} ({}, {})", result.kind, result.mode, result.workload)
                     : "nothing",
        result.cpu_s, result.runs);
    if (const auto& again = result.again) {
        text += fmt::format("; findings {}, repeatable {}, replayed {}/{} in {:.1f} CPU s",
                            again->findings, again->repeatable, again->replayed, again->tried,
                            result.again_cpu_s);
    }
    if (!result.problem.empty()) {
        text += "; " + result.problem;
    }
    return text;
}

Progress::Progress() : terminal_(isatty(STDERR_FILENO) != 0) {}

Progress::~Progress() {
    if (terminal_) {
        fmt::print(stderr, "\r\033[K");
    }
}

void Progress::began(const Cell& cell) {
    running_.insert(cell);
    show();
}

void Progress::ended(const CellResult& result) {
    running_.erase(result.cell);
    ++done_;
    if (result.found) {
        ++found_;
    }
    if (!terminal_) {
        fmt::print(stderr, "{}/{} {}\n", done_, expected_, result_text(result));
    }
    show();
}

void Progress::show() const {
    if (!terminal_) {
        return;
    }
    std::string running;
    for (const Cell& cell : running_) {
        running += (running.empty() ? "" : ", ") + name_of(cell);
    }
    fmt::print(stderr, "\r{} of {} cells, {} found something; {}\033[K", done_, expected_, found_,
               running);
}

}  // namespace stampede::bench
