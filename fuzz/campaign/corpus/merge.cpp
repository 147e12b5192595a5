#include "fuzz/campaign/corpus/merge.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>

#include "fuzz/campaign/state/folder_lock.h"
#include "fuzz/campaign/triage/adopt.h"

namespace stampede::campaign {
namespace {

namespace files = std::filesystem;

u64 value_at(const Curve& curve, double at_s) {
    const auto after = std::ranges::upper_bound(curve, at_s, {}, &Point::at_s);
    return after == curve.begin() ? 0 : std::prev(after)->value;
}

// At each time that one of them knows.
Curve combined(const std::vector<const Curve*>& curves,
               const std::function<u64(u64, u64)>& combine) {
    std::set<double> times;
    for (const Curve* curve : curves) {
        for (const Point& point : *curve) {
            times.insert(point.at_s);
        }
    }
    Curve sum;
    for (const double at_s : times) {
        u64 value = 0;
        for (const Curve* curve : curves) {
            value = combine(value, value_at(*curve, at_s));
        }
        add_point(sum, {at_s, value});
    }
    return sum;
}

void add_run(RunRecord& all, const RunRecord& one) {
    all.number = std::max(all.number, one.number);
    all.started = all.started == 0 ? one.started : std::min(all.started, one.started);
    all.worked_s = std::max(all.worked_s, one.worked_s);
    all.finished = all.finished && one.finished;
    all.executions += one.executions;
    all.left_out += one.left_out;
    all.findings.insert(one.findings.begin(), one.findings.end());
    for (const auto& [policy, features] : one.features) {
        all.features[policy] = std::max(all.features[policy], features);
    }
}

// New is what is new on each machine that saw it; what one has looked at all know.
void add_finding(FindingRecord& all, const FindingRecord& one) {
    const bool better = !all.triaged || (one.triaged && one.showed > all.showed);
    all.first_run = all.first_run == 0 ? one.first_run : std::min(all.first_run, one.first_run);
    all.last_run = std::max(all.last_run, one.last_run);
    all.policies.insert(one.policies.begin(), one.policies.end());
    all.kinds.insert(one.kinds.begin(), one.kinds.end());
    all.harts.insert(one.harts.begin(), one.harts.end());
    if (better) {
        all.first = one.first;
        all.triaged = one.triaged;
        all.tried = one.tried;
        all.showed = one.showed;
        all.note = one.note;
    }
}

void add_cell(CellRecord& all, const CellRecord& one) {
    all.slots += one.slots;
    all.seconds += one.seconds;
    all.executions += one.executions;
    all.findings.insert(one.findings.begin(), one.findings.end());
    all.problems += one.problems;
    all.problem = one.problem.empty() ? all.problem : one.problem;
}

// The campaigns keep theirs: adopt() moves, so it gets a copy.
Result<void> copy_findings(const files::path& campaign, const files::path& out) {
    const files::path copy = out / "copy";
    std::error_code failure;
    files::remove_all(copy, failure);
    if (!files::exists(campaign / "findings")) {
        return {};
    }
    files::copy(campaign / "findings", copy, files::copy_options::recursive, failure);
    if (failure) {
        return error(fmt::format("{}: cannot be copied: {}", (campaign / "findings").string(),
                                 failure.message()));
    }
    const auto adopted = adopt(copy, out / "findings");
    files::remove_all(copy, failure);
    return adopted ? Result<void>() : std::unexpected(adopted.error());
}

}  // namespace

State merged_state(const std::vector<State>& states) {
    State all;
    all.run.finished = true;
    std::vector<const Curve*> executed;
    std::map<std::string, std::vector<const Curve*>> coverage;
    for (const State& state : states) {
        all.worked_s = std::max(all.worked_s, state.worked_s);
        all.executions += state.executions;
        executed.push_back(&state.executed);
        add_run(all.run, state.run);
        if (state.previous) {
            all.previous =
                all.previous
                    ? all.previous
                    : RunRecord{.number = 0, .finished = true, .findings = {}, .features = {}};
            add_run(*all.previous, *state.previous);
        }
        for (const auto& [key, record] : state.findings) {
            add_finding(all.findings[key], record);
        }
        for (const auto& [key, cell] : state.cells) {
            add_cell(all.cells[key], cell);
        }
        for (const auto& [policy, record] : state.policies) {
            all.policies[policy].features =
                std::max(all.policies[policy].features, record.features);
            coverage[policy].push_back(&record.coverage);
        }
    }
    all.executed = combined(executed, std::plus<>());
    for (const auto& [policy, curves] : coverage) {
        all.policies[policy].coverage =
            combined(curves, [](u64 one, u64 other) { return std::max(one, other); });
    }
    return all;
}

Result<CampaignReport> merge_campaigns(const std::vector<files::path>& from, const files::path& out,
                                       const Shelf& shelf) {
    std::error_code absent;
    files::remove_all(out / "findings", absent);
    if (auto made = make_folders(out); !made) {
        return std::unexpected(made.error());
    }
    std::vector<State> states;
    for (const files::path& campaign : from) {
        if (!files::exists(campaign / "state.json")) {
            return error(fmt::format("{}: has no state.json, expected the --out of a campaign",
                                     campaign.string()));
        }
        const auto state = load_state(campaign / "state.json");
        if (!state) {
            return std::unexpected(state.error());
        }
        states.push_back(*state);
        if (const auto copied = copy_findings(campaign, out); !copied) {
            return std::unexpected(copied.error());
        }
    }
    CampaignOptions options;
    options.out = out;
    // The shared corpus lies beside the folder of the campaigns' folders, where ci/slurm/submit
    // puts it.
    options.corpus = from.front().parent_path().parent_path() / "corpus";
    options.source = shelf.source();
    const State state = merged_state(states);
    std::vector<std::string> problems;
    for (const auto& [policy, record] : state.policies) {
        options.policies.push_back(policy);
        files::rename(coverage_file(out, policy), previous_coverage_file(out, policy), absent);
        const auto measured = measure_coverage(shelf, policy, options.corpus / policy,
                                               options.source, coverage_file(out, policy));
        if (!measured && problems.empty()) {
            problems.push_back("coverage by function: left out, " + measured.error().message);
        }
    }
    auto report = gather_report(options, state, problems);
    if (!report) {
        return report;
    }
    const auto written = write_report(out, *report);
    return written ? std::move(report) : std::unexpected(written.error());
}

int merge_command(int argc, const char* const* argv) {
    std::vector<files::path> from;
    files::path out;
    CLI::App app("One report of campaigns that ran on several machines.", "nightly merge");
    app.add_option("FOLDER", from, "the campaigns' --out folders")->required();
    app.add_option("--out", out, "DIR: where the report goes")->required();
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& problem) {
        return app.exit(problem) == 0 ? 0 : 1;
    }
    for (files::path& folder : from) {
        folder = files::absolute(folder).lexically_normal();
        folder = folder.has_filename() ? folder : folder.parent_path();
    }
    const auto report = merge_campaigns(from, files::absolute(out), Shelf::beside_program());
    if (!report) {
        fmt::print(stderr, "nightly merge: {}\n", report.error().message);
        return 1;
    }
    fmt::print("{} programs and runs on {} machines, {} findings ({} new): {}\n",
               report->state.run.executions, from.size(), report->seen(), report->fresh(),
               (out / "report.html").string());
    return report->exit_status();
}

}  // namespace stampede::campaign
