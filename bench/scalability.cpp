// How does throughput grow with harts, and what keeps it from growing? Each policy in emulated
// time.
#include <fmt/format.h>
#include <unistd.h>

#include "bench/scalability/comparison.h"
#include "bench/scalability/options.h"
#include "bench/scalability/page.h"
#include "bench/scalability/sweep.h"
#include "harts/guests/shelf.h"
#include "harts/report/atomic_file.h"

using namespace stampede;
using namespace stampede::bench;

namespace {

int fail(const Error& error) {
    fmt::print(stderr, "bench_scalability: {}\n", error.message);
    return 1;
}

Result<void> write(const ScalabilityOptions& options, const Results& results,
                   const ReportComparison* comparison) {
    Result<void> written;
    if (!options.json.empty()) {
        written = write_output(options.json, to_json(results));
    }
    if (written && !options.html.empty()) {
        written = write_output(options.html, report_page(results, comparison, options.limit / 100));
    }
    return written;
}

}  // namespace

int main(int argc, char** argv) {
    const auto options =
        parse_scalability_options(argc, argv, Shelf::beside_program().right_kernels());
    if (!options) {
        fmt::print(options.error().wanted ? stdout : stderr, "{}", options.error().text);
        return options.error().wanted ? 0 : 1;
    }
    std::optional<Recorded> before;
    // first: nobody wants to hear of a bad file ten minutes later
    if (!options->compare.empty()) {
        auto read = read_recorded(options->compare);
        if (!read) {
            return fail(read.error());
        }
        before = std::move(*read);
    }
    const bool terminal = isatty(STDERR_FILENO) != 0;
    const auto results = sweep(*options, [&](std::size_t done, std::size_t of) {
        if (terminal) {
            fmt::print(stderr, "\r{} of {} measured{}", done, of, done == of ? "\n" : "");
        }
    });
    if (!results) {
        return fail(results.error());
    }
    std::optional<ReportComparison> comparison;
    if (before) {
        comparison = compare(*before, *results);
    }
    fmt::print("{}", report_text(*results));
    if (comparison) {
        fmt::print("{}", comparison_text(*comparison, options->limit / 100));
    }
    if (const auto written = write(*options, *results, comparison ? &*comparison : nullptr);
        !written) {
        return fail(written.error());
    }
    return comparison && comparison->regressed(options->limit / 100) ? 2 : 0;
}
