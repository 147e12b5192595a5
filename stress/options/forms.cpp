#include "stress/options/forms.h"

#include <fmt/format.h>

#include <regex>

namespace stampede::forms {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr u64 least_memory = u64{2} << 20, most_memory = u64{64} << 30;
constexpr seconds longest{hours(24 * 7)};

}  // namespace

Result<u64> Memory::read(const std::string& text) {
    Result<u64> bytes = parse_size(text, least_memory, most_memory);
    if (bytes && *bytes % least_memory != 0) {
        return error(fmt::format("{}: expected a multiple of {}", text, size_text(least_memory)));
    }
    return bytes;
}

Result<seconds> Time::read(const std::string& text) {
    return parse_duration(text, seconds(1), longest);
}

std::string Time::write(seconds time) { return fmt::format("{}s", time.count()); }

Result<TimeMode> Clock::read(const std::string& text) {
    if (text == "host" || text == "warp") {
        return text == "host" ? TimeMode::Host : TimeMode::Warp;
    }
    return error(fmt::format("{}: expected host or warp", text));
}

Result<std::string> Pattern::read(const std::string& text) {
    try {
        const std::regex pattern(text);
    } catch (const std::regex_error& problem) {
        return error(fmt::format("{}: expected a regular expression: {}", text, problem.what()));
    }
    return text.empty() ? error("expected a regular expression that is not empty")
                        : Result<std::string>(text);
}

Result<StartFrom> WorkBegins::read(const std::string& text) {
    if (text == "prompt" || text == "reset") {
        return text == "prompt" ? StartFrom::Prompt : StartFrom::Reset;
    }
    return error(fmt::format("{}: expected prompt or reset", text));
}

Result<ScheduleSpec> ScheduleWords::read(const std::string& text) {
    return text.starts_with(replay_schedule) ? ScheduleSpec() : ScheduleSpec::parse(text);
}

}  // namespace stampede::forms
