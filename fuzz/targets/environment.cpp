#include "fuzz/targets/environment.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>

#include "harts/base/own_program.h"
#include "harts/base/types.h"
#include "harts/guests/shelf.h"

namespace stampede::fuzz {
namespace {

std::string value_of(const char* variable, const char* otherwise) {
    const char* const value = std::getenv(variable);
    return value != nullptr && *value != 0 ? value : otherwise;
}

Result<unsigned> harts_of(const std::string& text) {
    unsigned harts = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), harts);
    if (failure != std::errc() || end != text.data() + text.size() || harts < 1 ||
        harts > max_harts) {
        return error(fmt::format("STAMPEDE_CPUS is '{}': a number from 1 to {} is expected", text,
                                 max_harts));
    }
    return harts;
}

Result<std::optional<ScheduleSpec>> schedule_of(const std::string& words) {
    if (words == "input") {
        return std::nullopt;
    }
    const Result<ScheduleSpec> spec = ScheduleSpec::parse(words);
    if (!spec) {
        return error(fmt::format("STAMPEDE_SCHEDULE is '{}': {}", words, spec.error().message));
    }
    return *spec;
}

Result<OnFinding> on_finding_of(const std::string& word) {
    if (word == "abort" || word == "continue") {
        return word == "abort" ? OnFinding::Abort : OnFinding::Continue;
    }
    return error(
        fmt::format("STAMPEDE_ON_FINDING is '{}': `abort` or `continue` is expected", word));
}

}  // namespace

std::vector<std::string> TargetEnvironment::repeatable_command() const {
    TargetEnvironment other = *this;
    other.schedule.reset();
    return other.command();
}

std::vector<std::string> TargetEnvironment::command() const {
    std::vector<std::string> words{"env", "STAMPEDE_POLICY=" + policy,
                                   fmt::format("STAMPEDE_CPUS={}", runner.harts)};
    if (schedule) {
        words.push_back("STAMPEDE_SCHEDULE=" + schedule->text());
    }
    words.push_back(own_program());
    return words;
}

Result<TargetEnvironment> TargetEnvironment::read() {
    TargetEnvironment environment;
    environment.policy = value_of("STAMPEDE_POLICY", default_kernel);
    auto guest = Shelf::beside_program().kernel(environment.policy);
    if (!guest) {
        return error(
            fmt::format("STAMPEDE_POLICY is '{}': {}", environment.policy, guest.error().message));
    }
    environment.runner.guest = std::move(*guest);
    environment.findings = value_of("STAMPEDE_FINDINGS", "findings");
    const auto harts = harts_of(value_of("STAMPEDE_CPUS", "2"));
    if (!harts) {
        return std::unexpected(harts.error());
    }
    environment.runner.harts = *harts;
    const auto schedule = schedule_of(value_of("STAMPEDE_SCHEDULE", "input"));
    if (!schedule) {
        return std::unexpected(schedule.error());
    }
    environment.schedule = *schedule;
    const auto on_finding = on_finding_of(value_of("STAMPEDE_ON_FINDING", "abort"));
    if (!on_finding) {
        return std::unexpected(on_finding.error());
    }
    environment.on_finding = *on_finding;
    return environment;
}

}  // namespace stampede::fuzz
