// For tests: a benchmark program run to its end.
#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "harts/base/child.h"

namespace stampede::bench {

struct CommandResult {
    int status = -1;
    std::vector<std::string> lines;  // of its output and its errors

    [[nodiscard]] std::string text() const;
};

// `program`: a command of the shelf, `bench_kernel`.
[[nodiscard]] CommandResult run_command(const std::string& program,
                                        std::vector<std::string> arguments,
                                        const ChildSetup& setup = {});

// A file for a report, gone with this.
class ReportFile {
public:
    ReportFile();
    ~ReportFile();
    ReportFile(const ReportFile&) = delete;
    ReportFile& operator=(const ReportFile&) = delete;
    [[nodiscard]] const std::string& path() const { return path_; }
    // Null, and a failed test, where it holds no JSON.
    [[nodiscard]] nlohmann::json read() const;

private:
    std::string path_;
};

// What `program` writes with --benchmark_out; null, and a failed test, where it fails.
[[nodiscard]] nlohmann::json json_report(const std::string& program,
                                         std::vector<std::string> arguments);

}  // namespace stampede::bench
