// guest_coverage CORPUS...: what a corpus of fuzz_syscalls covers of the kernel, by function and
// line. Exit: 0, or 1 where something cannot be used.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "fuzz/coverage/corpus_coverage.h"
#include "fuzz/coverage/coverage_report.h"
#include "fuzz/coverage/unreachable_list.h"
#include "harts/guests/shelf.h"
#include "harts/report/atomic_file.h"

using namespace stampede;
using namespace stampede::fuzz;

namespace {

struct Options {
    std::vector<std::filesystem::path> corpora;
    std::vector<std::string> folders{"frames", "mm", "sys", "trap"};
    std::string policy = default_kernel;
    unsigned harts = 2;
    std::string json, except;
    bool uncovered = false;
};

Result<UnreachableList> list_of(const std::string& file) {
    if (file.empty()) {
        return UnreachableList{};
    }
    const Result<std::string> text = read_file(file);
    return text ? UnreachableList::parse(*text, file) : std::unexpected(text.error());
}

Result<void> run(const Options& options) {
    const Result<UnreachableList> list = list_of(options.except);
    if (!list) {
        return std::unexpected(list.error());
    }
    auto guest = Shelf::beside_program().kernel(options.policy);
    if (!guest) {
        return std::unexpected(guest.error());
    }
    RunnerSetup setup;
    setup.guest = std::move(*guest);
    setup.harts = options.harts;
    const Result<CorpusCoverage> coverage = cover(setup, options.corpora, options.folders);
    if (!coverage) {
        return std::unexpected(coverage.error());
    }
    CoverageReport report{options.policy, coverage->programs, coverage->edges.functions(), {}};
    auto reachable = list->leave_out(report.functions);
    if (!reachable) {
        return std::unexpected(reachable.error());
    }
    report.reachable = std::move(*reachable);
    fmt::print("{}", options.uncovered ? uncovered_text(report) : "");
    fmt::print("{}", coverage_text(report));
    if (coverage->with_findings != 0) {
        fmt::print("{} programs found something: fuzz_syscalls says what\n",
                   coverage->with_findings);
    }
    return options.json.empty() ? Result<void>()
                                : write_output(options.json, coverage_json(report));
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App app(
        "What a corpus of programs covers of the kernel: each way of each conditional branch is an "
        "edge.");
    app.add_option("CORPUS", options.corpora, "folders of programs, as fuzz_syscalls writes them")
        ->required();
    app.add_option("--policy", options.policy, "which kernel")->capture_default_str();
    app.add_option("--cpus", options.harts)->check(CLI::Range(1, 64))->capture_default_str();
    app.add_option("--folders", options.folders, "of kernel/, whose code counts")
        ->delimiter(',')
        ->capture_default_str();
    app.add_option("--json", options.json, "a file for stampede.coverage/1: functions and lines");
    app.add_option("--except", options.except, "a list of functions that no program can reach");
    app.add_flag("--uncovered", options.uncovered, "lists the edges that nobody went");
    CLI11_PARSE(app, argc, argv);
    if (const Result<void> done = run(options); !done) {
        fmt::print(stderr, "guest_coverage: {}\n", done.error().message);
        return 1;
    }
    return 0;
}
