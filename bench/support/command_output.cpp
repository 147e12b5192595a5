#include "bench/support/command_output.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <deque>
#include <optional>
#include <regex>

namespace stampede::bench {
namespace {

constexpr int lines_shown = 5;

// Runs `command` to its end; `hear` gets every line.
template <class Hear>
Result<void> run(const std::vector<std::string>& command, Hear hear) {
    auto child = Child::start(command);
    if (!child) {
        return error(child.error().message);
    }
    std::deque<std::string> seen;
    auto failed = [&](std::string_view what) {
        return error(
            fmt::format("{}: {}\n  {}", fmt::join(command, " "), what, fmt::join(seen, "\n  ")));
    };
    for (;;) {
        auto line = child->next_line();
        if (!line) {
            return failed(line.error().message);
        }
        if (!*line) {
            break;
        }
        seen.push_back((*line)->text);
        if (seen.size() > lines_shown) {
            seen.pop_front();
        }
        hear(std::move(**line));
    }
    if (int status = child->wait(); status != 0) {
        return failed(fmt::format("exit status {}", status));
    }
    return {};
}

}  // namespace

Result<void> run_to_end(const std::vector<std::string>& command) {
    return run(command, [](Line) {});
}

Result<Span> time_between(const std::vector<std::string>& command, const Stretch& stretch) {
    const std::regex pattern(stretch.to);
    std::optional<Line> first;
    Span span;
    unsigned left = stretch.times;
    auto result = run(command, [&](Line line) {
        std::smatch match;
        if (!first) {
            if (line.text.starts_with(stretch.from)) {
                first = std::move(line);
            }
        } else if (left != 0 && std::regex_match(line.text, match, pattern)) {
            span = {line.cpu_s - first->cpu_s, line.wall_s - first->wall_s,
                    span.sum + std::stod(match[1])};
            --left;
        }
    });
    if (!result) {
        return error(result.error().message);
    }
    if (!first) {
        return error(
            fmt::format("{}: no line begins with '{}'", fmt::join(command, " "), stretch.from));
    }
    if (left != 0) {
        return error(fmt::format("{}: {} more lines were expected to be '{}'",
                                 fmt::join(command, " "), left, stretch.to));
    }
    return span;
}

}  // namespace stampede::bench
