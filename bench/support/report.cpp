#include "bench/support/report.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "bench/support/context.h"
#include "bench/support/emulator.h"

namespace stampede::bench {
namespace {

bool holds(const Bar& bar, double value) {
    return bar.direction == Direction::AtLeast ? value >= bar.limit : value <= bar.limit;
}

std::string judged(const Row& row) {
    if (!row.bar) {
        return "";
    }
    return fmt::format("{} {:g}: {}",
                       row.bar->direction == Direction::AtLeast ? "at least" : "at most",
                       row.bar->limit, holds(*row.bar, row.values.back().second) ? "yes" : "NO");
}

// Four significant digits, no exponent for what a table usually holds.
std::string cell(double value) {
    return value >= 1000 ? fmt::format("{:.0f}", value) : fmt::format("{:.4g}", value);
}

}  // namespace

Report::Report(std::map<std::string, std::string> context)
    : context_(with_host(std::move(context))) {
    fmt::print("{}", host_description());
    for (const auto& [key, value] : context_) {
        fmt::print("; {} {}", key, value);
    }
    fmt::print("\n");
}

void Report::add(Row row) {
    std::string columns = fmt::format("{:<24}", ""), values = fmt::format("{:<24}", row.name);
    for (const auto& [column, value] : row.values) {
        columns += fmt::format(" {:>18}", column);
        values += fmt::format(" {:>18}", cell(value));
    }
    if (columns != heading_) {
        fmt::print("{}   bar\n", heading_ = columns);
    }
    fmt::print("{}   {}\n", values, judged(row));
    std::fflush(stdout);
    rows_.push_back(std::move(row));
}

Result<void> Report::write_json(const std::string& file) const {
    nlohmann::ordered_json json;
    json["context"] = context_;
    json["context"]["num_cpus"] = std::thread::hardware_concurrency();
    json["context"]["library_build_type"] = "release";
    json["benchmarks"] = nlohmann::ordered_json::array();
    for (const Row& row : rows_) {
        nlohmann::ordered_json entry = {{"name", row.name},
                                        {"run_name", row.name},
                                        {"run_type", "aggregate"},
                                        {"aggregate_name", "median"}};
        for (const auto& [column, value] : row.values) {
            entry[column] = value;
        }
        if (row.bar) {
            entry["bar"] = row.bar->limit;
            entry["bar_held"] = holds(*row.bar, row.values.back().second);
        }
        json["benchmarks"].push_back(entry);
    }
    std::ofstream out(file);
    out << json.dump(2) << '\n';
    out.close();
    if (!out) {
        return error(fmt::format("cannot write {}", file));
    }
    return {};
}

int run_benchmark(int argc, char** argv, const std::string& question,
                  std::map<std::string, std::string> context,
                  const std::function<Result<void>(Report&, unsigned runs)>& measure,
                  const std::function<void(CLI::App&)>& add_options) {
    unsigned runs = 5;
    std::string json;
    CLI::App app(question);
    app.add_option("--runs", runs, "alternations; medians are reported")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    app.add_option("--json", json, "also write the results to this file");
    add_options(app);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& failure) {
        return app.exit(failure) == 0 ? 0 : 1;
    }
    context["runs"] = std::to_string(runs);
    fmt::print("{}\n", question);
    Report report(std::move(context));
    Result<void> result = measure(report, runs);
    if (result && !json.empty()) {
        result = report.write_json(json);
    }
    if (result) {
        return 0;
    }
    fmt::print(stderr, "{}\n", result.error().message);
    return 1;
}

}  // namespace stampede::bench
