#include "fuzz/campaign/state/state.h"

#include <algorithm>

#include "harts/report/atomic_file.h"

namespace stampede::campaign {

void add_point(Curve& curve, Point point) {
    constexpr std::size_t most_points = 400;
    curve.push_back(point);
    if (curve.size() <= most_points) {
        return;
    }
    Curve half;
    for (std::size_t n = 0; n < curve.size(); n += 2) {
        half.push_back(curve[n]);
    }
    if (half.back() != point) {
        half.push_back(point);
    }
    curve = std::move(half);
}

double State::begin_run(double seconds, double now) {
    const bool first = run.started == 0;
    if (!first && run.finished) {
        previous = run;
        run = RunRecord{};
        run.number = previous->number + 1;
        cells.clear();
    }
    if (run.started == 0) {
        run.started = now;
    }
    // Where no slot has come to its end nothing was done, however long it took.
    if (cells.empty()) {
        run.worked_s = 0;
    }
    return std::max(0.0, seconds - run.worked_s);
}

void State::see(const std::string& key, const Slot& slot) {
    FindingRecord& record = findings[key];
    if (record.first_run == 0) {
        record.first_run = run.number;
        record.first = slot_name(slot);
    }
    record.last_run = run.number;
    record.policies.insert(slot.policy);
    record.harts.insert(slot.harts);
    record.kinds.insert(std::string(name_of(slot.kind)));
    run.findings.insert(key);
    cells[{slot.kind, slot.policy, slot.harts}].findings.insert(key);
}

bool State::is_new(const std::string& key) const {
    const auto record = findings.find(key);
    return record != findings.end() && record->second.first_run == run.number;
}

Result<State> load_state(const std::filesystem::path& file) {
    if (!std::filesystem::exists(file)) {
        return State{};
    }
    const auto text = read_file(file);
    return text ? parse_state(*text, file.string()) : std::unexpected(text.error());
}

}  // namespace stampede::campaign
