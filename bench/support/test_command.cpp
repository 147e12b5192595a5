#include "bench/support/test_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "harts/guests/shelf.h"

namespace stampede::bench {

CommandResult run_command(const std::string& program, std::vector<std::string> arguments,
                          const ChildSetup& setup) {
    CommandResult result;
    arguments.insert(arguments.begin(), Shelf::beside_program().command(program));
    Result<Child> child = Child::start(arguments, setup);
    if (!child) {
        result.lines.push_back(child.error().message);
        return result;
    }
    for (;;) {
        const auto line = child->next_line();
        if (!line || !*line) {
            break;
        }
        result.lines.push_back((*line)->text);
    }
    result.status = child->wait();
    return result;
}

std::string CommandResult::text() const { return fmt::format("{}", fmt::join(lines, "\n")); }

ReportFile::ReportFile()
    : path_(std::filesystem::temp_directory_path() /
            fmt::format("stampede_bench_{}.json", getpid())) {}

ReportFile::~ReportFile() { std::filesystem::remove(path_); }

nlohmann::json ReportFile::read() const {
    std::ifstream in(path_);
    nlohmann::json report = nlohmann::json::parse(in, nullptr, false);
    EXPECT_FALSE(report.is_discarded()) << "no JSON in " << path_;
    return report.is_discarded() ? nlohmann::json() : report;
}

nlohmann::json json_report(const std::string& program, std::vector<std::string> arguments) {
    const ReportFile file;
    arguments.push_back("--benchmark_out=" + file.path());
    const CommandResult result = run_command(program, std::move(arguments));
    EXPECT_EQ(result.status, 0) << result.text();
    return file.read();
}

}  // namespace stampede::bench
