#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "fuzz/campaign/state/state.h"

namespace stampede::campaign {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* schema = "stampede.campaign-state/1";

Json curve_json(const Curve& curve) {
    Json points = Json::array();
    for (const Point& point : curve) {
        points.push_back({point.at_s, point.value});
    }
    return points;
}

Curve parse_curve(const Json& json) {
    Curve curve;
    for (const Json& point : json) {
        curve.push_back({point.at(0).get<double>(), point.at(1).get<u64>()});
    }
    return curve;
}

Json finding_json(const FindingRecord& record) {
    return {{"first_run", record.first_run}, {"last_run", record.last_run},
            {"first", record.first},         {"policies", record.policies},
            {"kinds", record.kinds},         {"harts", record.harts},
            {"triaged", record.triaged},     {"tried", record.tried},
            {"showed", record.showed},       {"note", record.note}};
}

FindingRecord parse_finding_record(const Json& json) {
    return {json.at("first_run"), json.at("last_run"), json.at("first"),   json.at("policies"),
            json.at("kinds"),     json.at("harts"),    json.at("triaged"), json.at("tried"),
            json.at("showed"),    json.at("note")};
}

Json oracles_json(const std::map<std::string, OracleRecord>& oracles) {
    Json json = Json::object();
    for (const auto& [name, record] : oracles) {
        json[name] = {
            {"watched", record.watched}, {"off", record.off}, {"why_off", record.why_off}};
    }
    return json;
}

// Older states have none.
std::map<std::string, OracleRecord> parse_oracles(const Json& cell) {
    std::map<std::string, OracleRecord> oracles;
    const Json known = cell.value("oracles", Json::object());
    for (const auto& [name, record] : known.items()) {
        oracles[name] = {record.at("watched"), record.at("off"), record.at("why_off")};
    }
    return oracles;
}

Json cell_json(const CellKey& key, const CellRecord& record) {
    return {{"kind", name_of(key.kind)},   {"policy", key.policy},
            {"harts", key.harts},          {"slots", record.slots},
            {"seconds", record.seconds},   {"executions", record.executions},
            {"findings", record.findings}, {"problems", record.problems},
            {"problem", record.problem},   {"oracles", oracles_json(record.oracles)}};
}

std::pair<CellKey, CellRecord> parse_cell(const Json& json) {
    const auto kind = slot_kind_named(json.at("kind").get<std::string>());
    if (!kind) {
        throw std::invalid_argument(
            fmt::format("slots of the kind \"{}\"", json.at("kind").get<std::string>()));
    }
    return {{*kind, json.at("policy"), json.at("harts")},
            {json.at("slots"), json.at("seconds"), json.at("executions"), json.at("findings"),
             json.at("problems"), json.at("problem"), parse_oracles(json)}};
}

Json run_json(const RunRecord& run) {
    Json features = Json::object();
    for (const auto& [policy, count] : run.features) {
        features[policy] = count;
    }
    return {{"number", run.number},     {"started", run.started},       {"worked_s", run.worked_s},
            {"finished", run.finished}, {"executions", run.executions}, {"left_out", run.left_out},
            {"findings", run.findings}, {"features", features}};
}

RunRecord parse_run(const Json& json) {
    return {json.at("number"),     json.at("started"),
            json.at("worked_s"),   json.at("finished"),
            json.at("executions"), json.at("left_out"),
            json.at("findings"),   json.at("features").get<std::map<std::string, u64>>()};
}

State parse(const Json& json) {
    if (const auto found = json.at("schema").get<std::string>(); found != schema) {
        throw std::invalid_argument(fmt::format("the schema \"{}\"", found));
    }
    State state;
    state.next_slot = json.at("next_slot");
    state.worked_s = json.at("worked_s");
    state.executions = json.at("executions");
    state.executed = parse_curve(json.at("executed"));
    state.run = parse_run(json.at("run"));
    if (const Json& previous = json.at("previous"); !previous.is_null()) {
        state.previous = parse_run(previous);
    }
    for (const auto& [key, record] : json.at("findings").items()) {
        state.findings[key] = parse_finding_record(record);
    }
    for (const Json& cell : json.at("cells")) {
        state.cells.insert(parse_cell(cell));
    }
    for (const auto& [policy, record] : json.at("policies").items()) {
        state.policies[policy] = {record.at("features"), record.at("minimised"),
                                  parse_curve(record.at("coverage"))};
    }
    return state;
}

}  // namespace

std::string state_json(const State& state) {
    Json findings = Json::object(), cells = Json::array(), policies = Json::object();
    for (const auto& [key, record] : state.findings) {
        findings[key] = finding_json(record);
    }
    for (const auto& [key, record] : state.cells) {
        cells.push_back(cell_json(key, record));
    }
    for (const auto& [policy, record] : state.policies) {
        policies[policy] = {{"features", record.features},
                            {"minimised", record.minimised},
                            {"coverage", curve_json(record.coverage)}};
    }
    const Json json{{"schema", schema},
                    {"next_slot", state.next_slot},
                    {"worked_s", state.worked_s},
                    {"executions", state.executions},
                    {"executed", curve_json(state.executed)},
                    {"run", run_json(state.run)},
                    {"previous", state.previous ? run_json(*state.previous) : Json(nullptr)},
                    {"findings", findings},
                    {"cells", cells},
                    {"policies", policies}};
    return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<State> parse_state(const std::string& text, const std::string& name) {
    try {
        return parse(Json::parse(text));
    } catch (const std::invalid_argument& wrong) {
        return error(fmt::format("{}: has {}, expected {}", name, wrong.what(), schema));
    } catch (const nlohmann::json::exception& wrong) {
        return error(fmt::format("{}: is not as expected of {}: {}", name, schema, wrong.what()));
    }
}

}  // namespace stampede::campaign
