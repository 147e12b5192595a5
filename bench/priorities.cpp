// How do dynamic priorities change over time under scheduler=pbs? Three processes on one hart.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "bench/priorities/mix.h"
#include "bench/priorities/report.h"
#include "harts/report/atomic_file.h"

using namespace stampede;
using namespace stampede::bench;

namespace {

int fail(const Error& error) {
    fmt::print(stderr, "bench_priorities: {}\n", error.message);
    return 1;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app(
        "How do dynamic priorities change over time under scheduler=pbs? The same on every host, "
        "to the digit.");
    unsigned tenths = 6;
    std::string html, json;
    app.add_option("--tenths", tenths, "tenths of a second of guest time")
        ->check(CLI::Range(2, 100))
        ->capture_default_str();
    app.add_option("--html", html, "FILE: a page with the curves");
    app.add_option("--json", json, "FILE: all samples");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& ended) {
        return app.exit(ended) == 0 ? 0 : 1;
    }
    const auto processes = run_mix(tenths);
    if (!processes) {
        return fail(processes.error());
    }
    fmt::print("kmem, 1 hart, round-robin:1000, {} ms of guest time\n{}", tenths * 100,
               priorities_text(*processes));
    Result<void> written;
    if (!html.empty()) {
        written = write_output(html, priorities_page(*processes));
    }
    if (written && !json.empty()) {
        written = write_output(json, priorities_json(*processes));
    }
    return written ? 0 : fail(written.error());
}
