#include "harts/report/forms/sarif.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ranges>

#include "harts/report/finding_kind.h"
#include "harts/report/forms/artifact_uri.h"
#include "harts/report/forms/sarif_message.h"
#include "harts/report/forms/sarif_rules.h"
#include "harts/report/forms/text.h"

namespace stampede {
namespace {

using Json = nlohmann::ordered_json;

// Code hosts refuse a file with more results, and show no more steps and places than these.
constexpr std::size_t most_results = 25'000, most_steps = 1'000, most_related = 100;

Json text_json(std::string text) { return Json{{"text", std::move(text)}}; }

template <class T>
Json object_json(const std::map<std::string, T>& values) {
    Json object = Json::object();
    for (const auto& [key, value] : values) {
        object[key] = value;
    }
    return object;
}

Json rule_json(const SarifRule& rule) {
    Json properties{{"tags", Json::array({"concurrency", "kernel"})},
                    {"precision", rule.precision},
                    {"problem.severity", rule.level}};
    if (!rule.security_severity.empty()) {
        properties["tags"].push_back("security");
        properties["security-severity"] = rule.security_severity;
    }
    return Json{
        {"id", name_of(rule.kind)},
        {"name", rule.name},
        {"shortDescription", text_json(std::string(rule.summary))},
        {"fullDescription", text_json(fmt::format("{} {}", rule.summary, rule.explanation))},
        {"help", text_json(fmt::format("{} {}", rule.explanation, rule.help))},
        {"defaultConfiguration", {{"level", rule.level}}},
        {"properties", std::move(properties)}};
}

// --- places --------------------------------------------------------------------------------------

// Debug information knows lines, no columns; code hosts want a region with both.
Json physical_json(const std::string& file, u32 line, const SarifPlaces& places) {
    const u32 shown = std::max(line, 1u);
    return Json{{"artifactLocation", {{"uri", artifact_uri(file, places.root)}}},
                {"region",
                 {{"startLine", shown}, {"startColumn", 1}, {"endLine", shown}, {"endColumn", 2}}}};
}

void add_function(Json& location, const std::string& function) {
    if (!function.empty()) {
        location["logicalLocations"] =
            Json::array({{{"fullyQualifiedName", function}, {"kind", "function"}}});
    }
}

Json location_json(const SourceLocation& place, const SarifPlaces& places) {
    Json location = Json::object();
    if (!place.file.empty()) {
        location["physicalLocation"] = physical_json(place.file, place.line, places);
    }
    add_function(location, place.function);
    return location;
}

bool has_file(const SourceLocation& place) { return !place.file.empty(); }

// Where the result is shown: where it happened, else the nearest caller with a source file, else
// the fallback.
Json primary_json(const Finding& finding, const SarifPlaces& places) {
    if (has_file(finding.where.source)) {
        return location_json(finding.where.source, places);
    }
    for (const FindingStack& stack : finding.stacks) {
        if (const auto frame = std::ranges::find_if(stack.frames, has_file);
            frame != stack.frames.end()) {
            return location_json(*frame, places);
        }
    }
    Json location{{"physicalLocation", physical_json(places.fallback_file, 1, places)}};
    add_function(location, finding.where.source.function);
    return location;
}

// --- stacks --------------------------------------------------------------------------------------

Json stack_json(const FindingStack& stack, const SarifPlaces& places) {
    Json frames = Json::array();
    for (const SourceLocation& frame : stack.frames) {
        Json location = location_json(frame, places);
        location["message"] = text_json(sarif_plain(location_text(frame)));
        Json& added = frames.emplace_back(Json{{"location", std::move(location)}});
        if (stack.hart) {
            added["threadId"] = *stack.hart;
        }
        added["properties"] = {{"pc", fmt::format("{:#x}", frame.pc)}};
    }
    Json properties = Json::object();
    if (stack.pid) {
        properties["pid"] = *stack.pid;
    }
    if (!stack.access.empty()) {
        properties["access"] = stack.access;
    }
    if (!stack.address.empty()) {
        properties["address"] = stack.address;
    }
    if (stack.locks) {
        properties["locks"] = *stack.locks;
    }
    return Json{{"message", text_json(sarif_plain(stack.role))},
                {"frames", std::move(frames)},
                {"properties", std::move(properties)}};
}

// A flow of execution a stack, from the outermost caller inwards; null where no frame has a source
// file.
Json code_flow_json(const Finding& finding, const SarifPlaces& places) {
    Json flows = Json::array();
    std::size_t steps = 0;
    for (const FindingStack& stack : finding.stacks) {
        Json locations = Json::array();
        for (const SourceLocation& frame : std::views::reverse(stack.frames)) {
            if (has_file(frame) && steps < most_steps) {
                Json location = location_json(frame, places);
                location["message"] =
                    text_json(sarif_plain(frame.function.empty() ? stack.role : frame.function));
                locations.push_back({{"location", std::move(location)}});
                ++steps;
            }
        }
        if (!locations.empty()) {
            flows.push_back({{"id", std::to_string(flows.size() + 1)},
                             {"message", text_json(sarif_plain(stack.role))},
                             {"locations", std::move(locations)}});
        }
    }
    return flows.empty() ? Json(nullptr) : Json::array({{{"threadFlows", std::move(flows)}}});
}

// The innermost place of each stack that has one, by ids from 1; `links` gets each stack's id.
Json related_json(const Finding& finding, const SarifPlaces& places,
                  std::vector<std::size_t>& links) {
    Json related = Json::array();
    for (const FindingStack& stack : finding.stacks) {
        const auto frame = std::ranges::find_if(stack.frames, has_file);
        if (frame == stack.frames.end() || related.size() == most_related) {
            links.push_back(0);
            continue;
        }
        Json location{{"id", related.size() + 1}};
        location.update(location_json(*frame, places));
        location["message"] = text_json(sarif_plain(stack.role));
        related.push_back(std::move(location));
        links.push_back(related.size());
    }
    return related;
}

// --- results and the run -------------------------------------------------------------------------

Json result_json(const Finding& finding, const SarifPlaces& places) {
    const auto rule = static_cast<std::size_t>(finding.kind);
    std::vector<std::size_t> links;
    Json related = related_json(finding, places, links);
    Json result{{"ruleId", name_of(finding.kind)},
                {"ruleIndex", rule},
                {"kind", "fail"},
                {"level", sarif_rules()[rule].level},
                {"message", text_json(sarif_message(finding, links))},
                {"locations", Json::array({primary_json(finding, places)})},
                {"partialFingerprints", {{"primaryLocationLineHash", finding.key() + ":1"}}},
                {"fingerprints", {{"title/v1", finding.key()}}},
                {"occurrenceCount", std::max<u64>(finding.count, 1)}};
    if (!finding.stacks.empty()) {
        result["stacks"] = Json::array();
        for (const FindingStack& stack : finding.stacks) {
            result["stacks"].push_back(stack_json(stack, places));
        }
    }
    if (Json flow = code_flow_json(finding, places); !flow.is_null()) {
        result["codeFlows"] = std::move(flow);
    }
    if (!related.empty()) {
        result["relatedLocations"] = std::move(related);
    }
    return result;
}

Json invocation_json(const RunReport& report) {
    Json invocation{
        {"commandLine", shell_line(report.command)},
        {"arguments", std::vector(report.command.begin() + (report.command.empty() ? 0 : 1),
                                  report.command.end())},
        {"exitCode", report.exit_status},
        {"exitCodeDescription", name_of(report.verdict)},
        // Findings are what the tool is for; only a run that did not come to its end is none.
        {"executionSuccessful",
         report.verdict == Verdict::Passed || report.verdict == Verdict::Findings}};
    if (!report.error.empty()) {
        invocation["toolExecutionNotifications"] =
            Json::array({{{"level", "error"}, {"message", text_json(sarif_plain(report.error))}}});
    }
    return invocation;
}

// What keeps runs of different workloads and kernels apart at a code host: one replaces only its
// like.
std::string category_of(const RunReport& report) {
    std::string category = "stampede/";
    for (const char* option : {"workload", "policy"}) {
        if (const auto value = report.options.find(option);
            value != report.options.end() && !value->second.empty()) {
            category += value->second + "/";
        }
    }
    return category;
}

}  // namespace

std::string sarif_json(const RunReport& report, const SarifPlaces& places) {
    Json rules = Json::array();
    for (const SarifRule& rule : sarif_rules()) {
        rules.push_back(rule_json(rule));
    }
    Json results = Json::array();
    for (const Finding& finding : report.findings | std::views::take(most_results)) {
        results.push_back(result_json(finding, places));
    }
    Json properties{{"options", object_json(report.options)},
                    {"suppressed", object_json(report.suppressed)}};
    if (report.findings.size() > most_results) {
        properties["resultsLeftOut"] = report.findings.size() - most_results;
    }
    const Json driver{{"name", "Stampede"},
                      {"version", report.version},
                      {"semanticVersion", report.version},
                      {"rules", std::move(rules)}};
    const Json run{{"tool", {{"driver", driver}}},
                   {"automationDetails", {{"id", category_of(report)}}},
                   {"invocations", Json::array({invocation_json(report)})},
                   {"columnKind", "unicodeCodePoints"},
                   {"results", std::move(results)},
                   {"properties", std::move(properties)}};
    const Json log{{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                   {"version", "2.1.0"},
                   {"runs", Json::array({run})}};
    return log.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace stampede
