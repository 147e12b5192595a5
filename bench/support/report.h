// What a benchmark program prints: its configuration, a table with the bars it is held to, and on
// request Google Benchmark's JSON.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harts/base/error.h"

namespace CLI {
class App;
}

namespace stampede::bench {

enum class Direction { AtLeast, AtMost };

struct Bar {
    Direction direction;
    double limit;
};

struct Row {
    std::string name;
    // by column; the last is the one that the bar is for
    std::vector<std::pair<std::string, double>> values;
    std::optional<Bar> bar;
};

class Report {
public:
    // Context keys every benchmark has: policy, cpus, time. host_cores and oversubscribed are
    // added. Prints the configuration.
    explicit Report(std::map<std::string, std::string> context);

    // Prints the row, under a heading where its columns are others than the last one's.
    void add(Row row);
    // Error: the file cannot be written.
    [[nodiscard]] Result<void> write_json(const std::string& file) const;

private:
    std::map<std::string, std::string> context_;
    std::string heading_;
    std::vector<Row> rows_;
};

// main() of a benchmark: reads --runs N (alternations, at least 1, default 5), --json FILE and what
// `add_options` adds, hands on a report for `measure` to fill. Returns main's result: 0, or 1 where
// something could not be measured (a bar missed is marked in the table).
int run_benchmark(
    int argc, char** argv, const std::string& question, std::map<std::string, std::string> context,
    const std::function<Result<void>(Report&, unsigned runs)>& measure,
    const std::function<void(CLI::App&)>& add_options = [](CLI::App&) {});

}  // namespace stampede::bench
