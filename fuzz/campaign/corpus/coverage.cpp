#include "fuzz/campaign/corpus/coverage.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>

#include "fuzz/campaign/slots/supervise.h"

namespace stampede::campaign {
namespace {

using Json = nlohmann::json;

constexpr const char* schema = "stampede.coverage/1";
constexpr const char* program = "guest_coverage";
constexpr const char* unreachable = "fuzz/coverage/unreachable.txt";
constexpr double limit_s = 900;

FunctionCoverage parse_function(const Json& json) {
    FunctionCoverage function{json.at("function"),
                              json.at("file"),
                              json.at("edges"),
                              json.at("covered"),
                              json.value("reachable", true),
                              {}};
    for (const Json& line : json.at("lines")) {
        function.lines.push_back(
            {line.at("line"), line.at("edges"), line.at("covered"), line.at("hits")});
    }
    std::ranges::sort(function.lines, {}, &LineCoverage::line);
    return function;
}

}  // namespace

Result<PolicyCoverage> parse_coverage(const std::string& text, const std::string& name) {
    try {
        const Json json = Json::parse(text);
        if (json.at("schema") != schema) {
            return error(fmt::format("{}: has the schema {}, expected {}", name,
                                     json.at("schema").dump(), schema));
        }
        const Json& total = json.at("total");
        PolicyCoverage coverage{
            json.at("policy"), json.at("programs"), total.at("edges"), total.at("covered"), {}};
        for (const Json& function : json.at("functions")) {
            coverage.functions.push_back(parse_function(function));
        }
        return coverage;
    } catch (const nlohmann::json::exception& wrong) {
        return error(fmt::format("{}: is not as expected of {}: {}", name, schema, wrong.what()));
    }
}

std::filesystem::path coverage_file(const std::filesystem::path& out, const std::string& policy) {
    return out / ("coverage-" + policy + ".json");
}

std::filesystem::path previous_coverage_file(const std::filesystem::path& out,
                                             const std::string& policy) {
    return out / ("coverage-" + policy + ".previous.json");
}

Result<void> measure_coverage(const Shelf& shelf, const std::string& policy,
                              const std::filesystem::path& corpus,
                              const std::filesystem::path& source,
                              const std::filesystem::path& file) {
    if (!shelf.has_command(program)) {
        return error(fmt::format("there is no {}", shelf.command(program).string()));
    }
    const std::filesystem::path fresh = file.string() + ".new";
    std::vector<std::string> command{shelf.command(program), "--policy", policy, "--json", fresh};
    if (const auto list = source / unreachable; !source.empty() && std::filesystem::exists(list)) {
        command.insert(command.end(), {"--except", list});
    }
    command.push_back(corpus);
    const auto run = supervise(command, {}, {limit_s, limit_s + 10}, [] { return false; });
    if (!run) {
        return std::unexpected(run.error());
    }
    if (run->status != 0) {
        return error(fmt::format("{} --policy {}: exit status {}: {}", program, policy, run->status,
                                 run->tail));
    }
    std::error_code failure;
    std::filesystem::rename(fresh, file, failure);
    return failure ? Result<void>(error(fmt::format("{}: {}", file.string(), failure.message())))
                   : Result<void>();
}

std::vector<CoverageGain> gains(const PolicyCoverage& before, const PolicyCoverage& now) {
    std::map<std::pair<std::string, std::string>, u64> covered;
    for (const FunctionCoverage& function : before.functions) {
        covered[{function.file, function.function}] = function.covered;
    }
    std::vector<CoverageGain> all;
    for (const FunctionCoverage& function : now.functions) {
        if (const u64 old = covered[{function.file, function.function}]; function.covered > old) {
            all.push_back({function.function, function.covered - old});
        }
    }
    std::ranges::sort(all, {}, [](const CoverageGain& one) {
        return std::tuple(-static_cast<i64>(one.edges), one.function);
    });
    return all;
}

}  // namespace stampede::campaign
