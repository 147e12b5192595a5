#include "harts/oracles/oracles.h"

#include <algorithm>

#include "harts/oracles/listeners.h"
#include "harts/oracles/standard_oracles.h"

namespace stampede {
namespace {

bool is_for(const OracleKind& oracle, const OracleSetup& setup) {
    const bool of_such_runs =
        oracle.runs == OracleKind::Runs::Any ||
        (oracle.runs == OracleKind::Runs::FromBoot) == (setup.kind == RunKind::FromBoot);
    return of_such_runs && (oracle.asked == nullptr || oracle.asked(setup));
}

std::string why_off(const OracleKind& oracle, const OracleSetup& setup) {
    if (const std::string_view why = oracle.why_off != nullptr ? oracle.why_off(setup) : "";
        !why.empty()) {
        return std::string(why);
    }
    const std::optional<Feed> missing = setup.guest.missing_of(oracle.needs);
    return missing ? std::string(words_without[static_cast<u8>(*missing)]) : "";
}

}  // namespace

Oracles::Oracles(Machine& machine, const ElfImage& kernel, ConsoleLog& console,
                 const OracleSetup& setup)
    : run_(machine, kernel, console, setup) {
    for (const OracleKind& kind : oracle_kinds()) {
        if (!is_for(kind, setup)) {
            continue;
        }
        Entry& entry = entries_.emplace_back(
            OracleReport{std::string(kind.name), why_off(kind, setup)}, kind.needs);
        if (entry.report.on()) {
            oracles_.push_back(kind.make(run_, kernel));
        }
    }
    attach();
}

Oracles::~Oracles() = default;

void Oracles::attach() {
    std::vector<HartEvents*> events{&run_.events};
    std::ranges::copy(run_.setup.listeners, std::back_inserter(events));
    std::vector<TurnListener*> turns;
    for (const auto& oracle : oracles_) {
        if (HartEvents* const its = oracle->events()) {
            events.push_back(its);
        }
        if (TurnListener* const its = oracle->turns()) {
            turns.push_back(its);
        }
    }
    if (events.size() > 1) {
        all_events_ = std::make_unique<AllEvents>(std::move(events));
    }
    if (turns.size() > 1) {
        all_turns_ = std::make_unique<AllTurns>(turns);
    }
    turns_ = all_turns_ != nullptr ? all_turns_.get() : turns.empty() ? nullptr : turns.front();
    run_.machine.set_console(&run_.console);
    run_.machine.set_guest_calls(&run_.events);
    run_.machine.set_events(all_events_ != nullptr ? static_cast<HartEvents*>(all_events_.get())
                                                   : &run_.events);
}

std::vector<Restorable*> Oracles::restorables() {
    std::vector<Restorable*> all{&run_.console, &run_.events};
    for (const auto& oracle : oracles_) {
        if (Restorable* const its = oracle->restorable()) {
            all.push_back(its);
        }
    }
    return all;
}

std::optional<RunEnd> Oracles::look() {
    for (const auto& oracle : oracles_) {
        if (const std::optional<RunEnd> end = oracle->look()) {
            return end;
        }
    }
    return std::nullopt;
}

void Oracles::at_quiescence() {
    run_.was_quiescent = true;
    for (const auto& oracle : oracles_) {
        oracle->at_quiescence();
    }
}

std::vector<Finding> Oracles::findings(const RunFacts& facts) {
    std::vector<Finding> all;
    run_.was_quiescent = run_.was_quiescent || facts.end == RunEnd::Asleep;
    for (const auto& oracle : oracles_) {
        oracle->conclude(facts, all);
    }
    return all;
}

std::size_t Oracles::count() const {
    std::size_t sum = 0;
    for (const auto& oracle : oracles_) {
        sum += oracle->count();
    }
    return sum;
}

std::size_t Oracles::count_to_limit() const {
    std::size_t sum = 0;
    for (const auto& oracle : oracles_) {
        sum += oracle->limits_run() ? oracle->count() : 0;
    }
    return sum;
}

std::vector<OracleReport> Oracles::report() const {
    const Feeds heard = run_.heard();
    std::vector<OracleReport> all;
    for (const Entry& entry : entries_) {
        OracleReport& report = all.emplace_back(entry.report);
        if (const auto missing = heard.missing_of(entry.needs); report.on() && missing) {
            report.why_off = words_without[static_cast<u8>(*missing)];
        }
    }
    return all;
}

}  // namespace stampede
