#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "fuzz/campaign/report/report.h"
#include "harts/report/forms/json.h"

namespace stampede::campaign {
namespace {

using Json = nlohmann::ordered_json;

Json curve_json(const Curve& curve) {
    Json points = Json::array();
    for (const Point& point : curve) {
        points.push_back({point.at_s, point.value});
    }
    return points;
}

Json finding_json_of(const ReportedFinding& one) {
    Json json = Json::parse(finding_json(one.finding));
    json["new"] = one.is_new;
    json["seen"] = one.seen;
    json["flaky"] = one.record.flaky();
    json["tried"] = one.record.tried;
    json["showed"] = one.record.showed;
    json["note"] = one.record.note;
    json["first_run"] = one.record.first_run;
    json["policies"] = one.record.policies;
    json["harts"] = one.record.harts;
    json["kinds"] = one.record.kinds;
    json["program"] = one.program;
    return json;
}

Json policy_json(const ReportedPolicy& policy) {
    Json json{
        {"policy", policy.name},
        {"corpus", {{"entries", policy.corpus.entries}, {"bytes", policy.corpus.bytes}}},
        {"features", policy.record.features},
        {"features_before", policy.features_before ? Json(*policy.features_before) : Json(nullptr)},
        {"features_over_time", curve_json(policy.record.coverage)}};
    if (policy.coverage) {
        json["coverage"] = {{"programs", policy.coverage->programs},
                            {"edges", policy.coverage->edges},
                            {"covered", policy.coverage->covered}};
    }
    return json;
}

Json cell_json(const CellKey& key, const CellRecord& cell) {
    Json oracles = Json::array();
    for (const auto& [name, record] : cell.oracles) {
        oracles.push_back({{"name", name},
                           {"slots_watched", record.watched},
                           {"slots_off", record.off},
                           {"why_off", record.why_off}});
    }
    return {{"kind", name_of(key.kind)}, {"policy", key.policy},
            {"harts", key.harts},        {"slots", cell.slots},
            {"seconds", cell.seconds},   {"executions", cell.executions},
            {"findings", cell.findings}, {"problems", cell.problems},
            {"problem", cell.problem},   {"oracles", oracles}};
}

}  // namespace

std::string report_json(const CampaignReport& report) {
    Json findings = Json::array(), policies = Json::array(), cells = Json::array();
    for (const ReportedFinding& finding : report.findings) {
        findings.push_back(finding_json_of(finding));
    }
    for (const ReportedPolicy& policy : report.policies) {
        policies.push_back(policy_json(policy));
    }
    for (const auto& [key, cell] : report.state.cells) {
        cells.push_back(cell_json(key, cell));
    }
    const RunRecord& run = report.state.run;
    const Json json{{"schema", "stampede.campaign/1"},
                    {"finished", report.finished},
                    {"exit_status", report.exit_status()},
                    {"host", {{"cores", report.host.cores}, {"model", report.host.model}}},
                    {"jobs", report.jobs},
                    {"run",
                     {{"number", run.number},
                      {"started", run.started},
                      {"seconds", run.worked_s},
                      {"executions", run.executions},
                      {"findings", report.seen()},
                      {"new_findings", report.fresh()},
                      {"units_left_out", run.left_out}}},
                    {"executions_over_time", curve_json(report.state.executed)},
                    {"problems", report.problems},
                    {"findings", findings},
                    {"policies", policies},
                    {"slots", cells}};
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace stampede::campaign
