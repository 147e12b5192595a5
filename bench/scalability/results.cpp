#include "bench/scalability/results.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <thread>

#include "harts/report/atomic_file.h"

namespace stampede::bench {
namespace {

using Json = nlohmann::ordered_json;

// What is beyond six digits is of no use to anybody, and makes files longer.
double rounded(double value) { return std::stod(fmt::format("{:.6g}", value)); }

Json json_of(const CacheCosts& costs) {
    return {{"load_shared", costs.load_shared},
            {"load_exclusive", costs.load_exclusive},
            {"store", costs.store},
            {"upgrade", costs.upgrade},
            {"atomic", costs.atomic},
            {"first", costs.first}};
}

Json json_of(const Curve& curve, const Measurement& point) {
    Json json = {{"name", name_of(point.point)},
                 {"run_name", name_of(point.point)},
                 {"run_type", "iteration"},
                 {"iterations", point.operations},
                 {"real_time", rounded(static_cast<double>(point.cycles) /
                                       static_cast<double>(point.operations))},
                 {"time_unit", "ns"},
                 {"items_per_second", rounded(point.per_second)},
                 {"policy", point.point.policy},
                 {"program", point.point.program},
                 {"harts", point.point.harts},
                 {"instructions", point.instructions},
                 {"waited", rounded(point.waited)},
                 {"stalled", rounded(point.stalled)},
                 {"transfers", point.transfers}};
    if (const auto efficiency = curve.efficiency(point)) {
        json["efficiency"] = rounded(*efficiency);
    }
    if (point.host_per_second) {
        json["host_items_per_second"] = rounded(*point.host_per_second);
        json["oversubscribed"] = point.point.harts > std::thread::hardware_concurrency();
    }
    json["locks"] = Json::array();
    for (const HotLock& lock : point.locks) {
        json["locks"].push_back(
            {{"name", lock.name}, {"waits", lock.waits}, {"waited", rounded(lock.waited)}});
    }
    json["lines"] = Json::array();
    for (const HotLine& line : point.lines) {
        json["lines"].push_back({{"name", line.name},
                                 {"transfers", line.transfers},
                                 {"stalled", rounded(line.stalled)}});
    }
    return json;
}

Json json_of(const CommutativityOfPolicy& policy) {
    Json json = {{"policy", policy.policy},
                 {"pairs", policy.pairs.size()},
                 {"free_of_conflict", policy.free_of_conflict()},
                 {"conflicts", Json::array()}};
    for (const CommutingPair& pair : policy.pairs) {
        if (pair.lines != 0) {
            json["conflicts"].push_back({{"first", pair.first},
                                         {"second", pair.second},
                                         {"lines", pair.lines},
                                         {"names", pair.conflicts}});
        }
    }
    return json;
}

template <class Of>
std::string joined(const Results& results, Of of) {
    std::vector<std::string> all;
    for (const Curve& curve : results.curves) {
        for (const Measurement& point : curve.points) {
            if (const std::string one = of(point.point); std::ranges::find(all, one) == all.end()) {
                all.push_back(one);
            }
        }
    }
    return fmt::format("{}", fmt::join(all, ","));
}

}  // namespace

std::optional<double> Curve::efficiency(const Measurement& at) const {
    const auto one =
        std::ranges::find(points, 1u, [](const Measurement& point) { return point.point.harts; });
    return one == points.end() ? std::nullopt
                               : std::optional(at.per_second / (one->per_second * at.point.harts));
}

std::vector<Curve> curves_of(std::vector<Measurement> points) {
    std::vector<Curve> curves;
    for (Measurement& point : points) {
        auto curve = std::ranges::find_if(curves, [&](const Curve& one) {
            return one.policy == point.point.policy && one.program == point.point.program;
        });
        if (curve == curves.end()) {
            curve = curves.insert(curves.end(), {.policy = point.point.policy,
                                                 .program = point.point.program,
                                                 .points = {},
                                                 .law = {}});
        }
        curve->points.push_back(std::move(point));
    }
    for (Curve& curve : curves) {
        std::ranges::sort(curve.points, {},
                          [](const Measurement& point) { return point.point.harts; });
        std::vector<std::pair<double, double>> measured;
        for (const Measurement& point : curve.points) {
            measured.emplace_back(point.point.harts, point.per_second);
        }
        curve.law = fit_law(measured);
    }
    return curves;
}

std::string name_of(const Point& point) {
    return fmt::format("{}/{}/harts:{}", point.program, point.policy, point.harts);
}

std::string to_json(const Results& results) {
    Json json;
    json["schema"] = "stampede.scalability/1";
    json["context"] = {
        {"policy", joined(results, [](const Point& p) { return p.policy; })},
        {"cpus", joined(results, [](const Point& p) { return std::to_string(p.harts); })},
        {"time", "emulated"},
        {"host_cores", std::thread::hardware_concurrency()},
        {"oversubscribed", false},
        {"window_ns", results.window},
        {"costs", json_of(results.costs)}};
    json["benchmarks"] = Json::array();
    json["laws"] = Json::array();
    for (const Curve& curve : results.curves) {
        for (const Measurement& point : curve.points) {
            json["benchmarks"].push_back(json_of(curve, point));
        }
        if (curve.law) {
            Json law = {{"policy", curve.policy},
                        {"program", curve.program},
                        {"single", rounded(curve.law->single)},
                        {"contention", rounded(curve.law->contention)},
                        {"coherency", rounded(curve.law->coherency)},
                        {"error", rounded(curve.law->error)}};
            if (const auto peak = curve.law->peak()) {
                law["peak"] = rounded(*peak);
            }
            json["laws"].push_back(std::move(law));
        }
    }
    json["commutativity"] = Json::array();
    for (const CommutativityOfPolicy& policy : results.commuting) {
        json["commutativity"].push_back(json_of(policy));
    }
    return json.dump(2) + "\n";
}

Result<Recorded> read_recorded(const std::filesystem::path& file) {
    const Result<std::string> text = read_file(file);
    if (!text) {
        return std::unexpected(text.error());
    }
    const auto wrong = [&](const std::string& why) {
        return error(
            fmt::format("{}: {}; expected a report that --json wrote", file.string(), why));
    };
    const Json json = Json::parse(*text, nullptr, false);
    if (json.is_discarded()) {
        return wrong("no JSON");
    }
    try {
        if (json.at("schema") != "stampede.scalability/1") {
            return wrong(fmt::format("schema {}", json.at("schema").dump()));
        }
        Recorded recorded;
        const Json& context = json.at("context");
        recorded.window = context.at("window_ns").get<u64>();
        const Json& costs = context.at("costs");
        recorded.costs = {costs.at("load_shared").get<u64>(), costs.at("load_exclusive").get<u64>(),
                          costs.at("store").get<u64>(),       costs.at("upgrade").get<u64>(),
                          costs.at("atomic").get<u64>(),      costs.at("first").get<u64>()};
        for (const Json& one : json.at("benchmarks")) {
            recorded.per_second[one.at("name").get<std::string>()] =
                one.at("items_per_second").get<double>();
        }
        return recorded;
    } catch (const Json::exception& problem) {
        return wrong(problem.what());
    }
}

}  // namespace stampede::bench
