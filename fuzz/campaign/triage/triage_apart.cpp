#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "fuzz/campaign/triage/triage.h"

namespace stampede::campaign {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view line_begin = "triage ";
constexpr double reproduce_s = 600;  // tries of a long run

}  // namespace

std::string triage_line(const TriageResult& result) {
    const Json json{{"tried", result.tried}, {"showed", result.showed}, {"note", result.note}};
    return std::string(line_begin) + json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<TriageResult> parse_triage_line(const std::string& line) {
    try {
        if (line.starts_with(line_begin)) {
            const Json json = Json::parse(line.substr(line_begin.size()));
            return TriageResult{json.at("tried"), json.at("showed"), json.at("note")};
        }
    } catch (const nlohmann::json::exception&) {
        // no such line, as below
    }
    return error(fmt::format("'{}': expected the result of a triage", line));
}

Result<TriageResult> triage_apart(const TriageSetup& setup, const StopWanted& stop) {
    std::optional<TriageResult> result;
    const double limit = setup.seconds + reproduce_s;
    const auto run = supervise(
        {setup.shelf.command("nightly"), "triage", "--kind", std::string(name_of(setup.slot.kind)),
         "--policy", setup.slot.policy, "--cpus", std::to_string(setup.slot.harts), "--seconds",
         fmt::format("{:.0f}", setup.seconds), setup.folder},
        {}, {limit, limit + 10}, stop, [&](std::string_view line) {
            if (auto parsed = parse_triage_line(std::string(line))) {
                result = std::move(*parsed);
            }
        });
    if (!run) {
        return std::unexpected(run.error());
    }
    if (result) {
        return *result;
    }
    // Showing it again has broken the harness, which is what the finding should say too.
    return TriageResult{0, 0,
                        fmt::format("looking at it ended with exit status {}: {}", run->status,
                                    run->tail.substr(0, 200))};
}

int triage_command(int argc, const char* const* argv) {
    CLI::App app("Shows a finding of a campaign again, and makes it smaller.", "nightly triage");
    std::string kind = "fuzz";
    TriageSetup setup{.shelf = Shelf::beside_program(), .slot = {}, .folder = {}};
    setup.slot.policy = "kmem";
    setup.slot.harts = 2;
    app.add_option("FOLDER", setup.folder, "the finding's folder")->required();
    app.add_option("--kind", kind, "of the slot that found it")->capture_default_str();
    app.add_option("--policy", setup.slot.policy, "which kernel")->capture_default_str();
    app.add_option("--cpus", setup.slot.harts, "harts")->capture_default_str();
    app.add_option("--seconds", setup.seconds, "for making it smaller")->capture_default_str();
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& problem) {
        return app.exit(problem) == 0 ? 0 : 1;
    }
    const auto known = slot_kind_named(kind);
    if (!known) {
        fmt::print(stderr, "nightly triage: --kind: {} is no kind of slot\n", kind);
        return 1;
    }
    setup.slot.kind = *known;
    setup.folder = std::filesystem::absolute(setup.folder);
    const auto result = triage(setup, [] { return false; });
    if (!result) {
        fmt::print(stderr, "nightly triage: {}\n", result.error().message);
        return 1;
    }
    fmt::print("{}\n", triage_line(*result));
    return 0;
}

}  // namespace stampede::campaign
