#include "harts/report/forms/json.h"

#include <fmt/format.h>

#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "harts/report/finding_kind.h"

namespace stampede {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view finding_schema = "stampede.finding/1";
constexpr std::string_view run_schema = "stampede.run/1";

std::string text_of(const Json& json) {
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

// --- writing -------------------------------------------------------------------------------------

template <class T>
Json optional_json(const std::optional<T>& value) {
    return value ? Json(*value) : Json(nullptr);
}

Json location_json(const SourceLocation& location) {
    return Json{{"function", location.function},
                {"file", location.file},
                {"line", location.line},
                {"pc", fmt::format("{:#x}", location.pc)}};
}

Json stack_json(const FindingStack& stack) {
    Json frames = Json::array();
    for (const SourceLocation& frame : stack.frames) {
        frames.push_back(location_json(frame));
    }
    return Json{{"role", stack.role},
                {"frames", std::move(frames)},
                {"hart", optional_json(stack.hart)},
                {"pid", optional_json(stack.pid)},
                {"access", stack.access},
                {"address", stack.address},
                {"locks", optional_json(stack.locks)},
                {"notes", stack.notes}};
}

Json to_json(const Finding& finding) {
    Json where = location_json(finding.where.source);
    where["hart"] = optional_json(finding.where.hart);
    where["pid"] = optional_json(finding.where.pid);
    Json stacks = Json::array();
    for (const FindingStack& stack : finding.stacks) {
        stacks.push_back(stack_json(stack));
    }
    return Json{{"schema", finding_schema},      {"kind", name_of(finding.kind)},
                {"title", finding.title},        {"key", finding.key()},
                {"detail", finding.detail},      {"where", std::move(where)},
                {"stacks", std::move(stacks)},   {"count", finding.count},
                {"reproduce", finding.reproduce}};
}

// A map as an object; nlohmann's own conversion would do the same but for an empty map, which it
// makes null.
template <class T>
Json object_json(const std::map<std::string, T>& values) {
    Json object = Json::object();
    for (const auto& [key, value] : values) {
        object[key] = value;
    }
    return object;
}

Json works_json(const std::vector<WorkReport>& works) {
    Json all = Json::array();
    for (const WorkReport& work : works) {
        Json& one = all.emplace_back(Json{{"workload", work.line},
                                          {"verdict", name_of(work.verdict)},
                                          {"wall_s", work.wall_s},
                                          {"operations", work.operations},
                                          {"findings", work.titles}});
        if (!work.schedule.empty()) {
            one["schedule"] = work.schedule;
        }
    }
    return all;
}

// --- reading -------------------------------------------------------------------------------------

u64 parse_pc(const std::string& text) {
    u64 pc = 0;
    const char* const end = text.data() + text.size();
    const bool hexadecimal = text.size() > 2 && text.starts_with("0x");
    if (!hexadecimal || std::from_chars(text.data() + 2, end, pc, 16).ptr != end) {
        throw std::invalid_argument(
            fmt::format("a pc of \"{}\", expected hexadecimal digits after 0x", text));
    }
    return pc;
}

// nlohmann's own get() would wrap a negative or large number around.
template <class T>
T parse_number(const Json& object, const char* field) {
    const Json& json = object.at(field);
    if (!json.is_number_unsigned() || json.get<u64>() > std::numeric_limits<T>::max()) {
        throw std::invalid_argument(fmt::format("a {} of {}, expected a whole number from 0 to {}",
                                                field, json.dump(), std::numeric_limits<T>::max()));
    }
    return json.get<T>();
}

std::optional<u32> parse_optional(const Json& object, const char* field) {
    return object.at(field).is_null() ? std::nullopt
                                      : std::optional(parse_number<u32>(object, field));
}

bool is_known(const Json& object, const char* field) {
    return object.contains(field) && !object.at(field).is_null();
}

SourceLocation parse_location(const Json& json) {
    return {json.at("function").get<std::string>(), json.at("file").get<std::string>(),
            parse_number<u32>(json, "line"), parse_pc(json.at("pc").get<std::string>())};
}

FindingKind parse_kind(const std::string& name) {
    const std::optional<FindingKind> kind = finding_kind_named(name);
    if (!kind) {
        throw std::invalid_argument(
            fmt::format("the kind \"{}\", expected one of the {} known kinds", name,
                        finding_kind_names.size()));
    }
    return *kind;
}

// All but role and frames may be absent: the first version 1 had only these.
FindingStack parse_stack(const Json& json) {
    FindingStack stack{json.at("role").get<std::string>(), {}};
    for (const Json& frame : json.at("frames")) {
        stack.frames.push_back(parse_location(frame));
    }
    stack.hart = is_known(json, "hart") ? parse_optional(json, "hart") : std::nullopt;
    stack.pid = is_known(json, "pid") ? parse_optional(json, "pid") : std::nullopt;
    stack.access = json.value("access", "");
    stack.address = json.value("address", "");
    if (is_known(json, "locks")) {
        stack.locks = json.at("locks").get<std::vector<std::string>>();
    }
    stack.notes = json.value("notes", std::vector<std::string>{});
    return stack;
}

Finding parse(const Json& json) {
    if (const auto schema = json.at("schema").get<std::string>(); schema != finding_schema) {
        throw std::invalid_argument(
            fmt::format("the schema \"{}\", expected \"{}\"", schema, finding_schema));
    }
    Finding finding;
    finding.kind = parse_kind(json.at("kind").get<std::string>());
    finding.title = json.at("title").get<std::string>();
    finding.detail = json.at("detail").get<std::string>();
    const Json& where = json.at("where");
    finding.where = {parse_location(where), parse_optional(where, "hart"),
                     parse_optional(where, "pid")};
    for (const Json& stack : json.at("stacks")) {
        finding.stacks.push_back(parse_stack(stack));
    }
    finding.count = parse_number<u64>(json, "count");
    finding.reproduce = json.at("reproduce").get<std::vector<std::string>>();
    return finding;
}

}  // namespace

std::string finding_json(const Finding& finding) { return text_of(to_json(finding)); }

std::string run_json(const RunReport& report) {
    Json oracles = Json::array();
    for (const OracleReport& oracle : report.oracles) {
        oracles.push_back(
            {{"name", oracle.name}, {"on", oracle.on()}, {"why_off", oracle.why_off}});
    }
    Json findings = Json::array();
    for (const Finding& finding : report.findings) {
        findings.push_back(to_json(finding));
    }
    Json json{
        {"schema", run_schema},
        {"command", report.command},
        {"version", report.version},
        {"host", {{"cores", report.host.cores}, {"model", report.host.model}}},
        {"options", object_json(report.options)},
        {"verdict", name_of(report.verdict)},
        {"exit_status", report.exit_status},
        {"wall_s", report.wall_s},
        {"cpu_s", report.cpu_s},
        {"instructions", report.instructions},
        {"operations", object_json(report.operations)},
        {"frames",
         {{"total", report.frames.total},
          {"free_before", report.frames.free_before},
          {"free_after", report.frames.free_after},
          {"peak", report.frames.peak}}},
        {"cow",
         {{"copied", report.cow.copied},
          {"taken_over", report.cow.taken_over},
          {"oom_kills", report.cow.oom_kills}}},
        {"findings", std::move(findings)},
        {"suppressed", object_json(report.suppressed)},
        {"oracles", std::move(oracles)},
    };
    if (!report.works.empty()) {
        json["works"] = works_json(report.works);
    }
    if (!report.inferred.empty()) {
        Json& inferred = json["guest"]["inferred"];
        for (const InferredPart& part : report.inferred) {
            inferred[part.name] = {{"found", part.found}, {"how", part.how}};
        }
    }
    if (report.state_hash) {
        json["state_hash"] = fmt::format("{:016x}", *report.state_hash);
        json["schedule"] = {{"text", report.schedule},
                            {"summary", report.schedule_summary},
                            {"turns", report.turns}};
    }
    if (!report.error.empty()) {
        json["error"] = report.error;
    }
    return text_of(json);
}

Result<std::vector<OracleReport>> parse_run_oracles(std::string_view text,
                                                    const std::string& name) {
    try {
        const Json json = Json::parse(text);
        std::vector<OracleReport> oracles;
        for (const Json& oracle : json.value("oracles", Json::array())) {
            oracles.push_back({oracle.at("name"), oracle.at("why_off")});
        }
        return oracles;
    } catch (const nlohmann::json::exception& wrong) {
        return error(
            fmt::format("{}: is not as expected of {}: {}", name, run_schema, wrong.what()));
    }
}

Result<Finding> parse_finding(std::string_view text, const std::string& name) {
    // nlohmann throws for what is missing or of another type; so do the helpers above, and all of
    // it ends here as a value.
    try {
        return parse(Json::parse(text));
    } catch (const std::invalid_argument& wrong) {
        return error(fmt::format("{}: has {}", name, wrong.what()));
    } catch (const nlohmann::json::exception& wrong) {
        return error(
            fmt::format("{}: is not as expected of {}: {}", name, finding_schema, wrong.what()));
    }
}

}  // namespace stampede
