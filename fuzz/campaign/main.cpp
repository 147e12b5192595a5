#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <string_view>

#include "fuzz/campaign/campaign.h"
#include "fuzz/campaign/corpus/merge.h"
#include "fuzz/campaign/triage/triage.h"

using namespace stampede;
using namespace stampede::campaign;

namespace {

enum ExitStatus { passed = 0, unusable = 1 };

// Written by the signal handler, read by all threads; seq_cst: it is rare, and they meet in no
// other way.
std::atomic<int> signals{0};

extern "C" void on_signal(int) {
    if (signals.fetch_add(1) != 0) {
        ::_exit(unusable);  // the second one does not wait
    }
}

int run(int argc, char** argv) {
    const Shelf shelf = Shelf::beside_program();
    const auto options = parse_campaign_options(argc, argv, shelf);
    if (!options) {
        fmt::print(options.error().wanted ? stdout : stderr, "{}", options.error().text);
        return options.error().wanted ? passed : unusable;
    }
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
        std::signal(number, on_signal);
    }
    const auto report = run_campaign(*options, shelf, [] { return signals.load() != 0; });
    if (!report) {
        fmt::print(stderr, "nightly: {}\n", report.error().message);
        return unusable;
    }
    for (const std::string& problem : report->problems) {
        fmt::print("{}\n", problem);
    }
    fmt::print("{} programs and runs, {} findings ({} new): {}\n", report->state.run.executions,
               report->seen(), report->fresh(), (options->out / "report.html").string());
    return report->exit_status();
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view word = argc > 1 ? argv[1] : "";
    return word == "triage"  ? triage_command(argc - 1, argv + 1)
           : word == "merge" ? merge_command(argc - 1, argv + 1)
                             : run(argc, argv);
}
