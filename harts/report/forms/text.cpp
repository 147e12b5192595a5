#include "harts/report/forms/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace stampede {
namespace {

bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-./=:,@%+").find(c) != std::string_view::npos;
}

std::string quoted(const std::string& word) {
    if (!word.empty() && std::ranges::all_of(word, is_plain)) {
        return word;
    }
    std::string text = "'";
    for (const char c : word) {
        if (c == '\'') {
            text += "'\\''";  // end the quotes, a quote by itself, begin again
        } else {
            text += c;
        }
    }
    return text + "'";
}

// "function at file:line", "file:line", "function" or nothing.
std::string source_text(const SourceLocation& location) {
    std::string text = location.function;
    if (!location.file.empty()) {
        text += text.empty() ? "" : " at ";
        text += location.file;
        if (location.line != 0) {
            text += fmt::format(":{}", location.line);
        }
    }
    return text;
}

void append_number(std::string& text, const char* what, const std::optional<u32>& number) {
    if (number) {
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", what, *number);
    }
}

std::string where_text(const FindingPlace& place) {
    std::string text = location_text(place.source);
    append_number(text, "hart", place.hart);
    append_number(text, "pid", place.pid);
    return text;
}

std::string stack_text(const FindingStack& stack) {
    const std::string party = party_text(stack);
    std::string text = fmt::format("\n{}{}{}:\n", stack.role, party.empty() ? "" : ", ", party);
    for (const std::string& line : party_lines(stack)) {
        text += fmt::format("  {}\n", line);
    }
    for (std::size_t i = 0; i < stack.frames.size(); ++i) {
        text += fmt::format("  #{} {}\n", i, location_text(stack.frames[i]));
    }
    return text;
}

}  // namespace

std::string shell_line(std::span<const std::string> argv) {
    std::string line;
    for (const std::string& word : argv) {
        line += (line.empty() ? "" : " ") + quoted(word);
    }
    return line;
}

std::string location_text(const SourceLocation& location) {
    const std::string source = source_text(location);
    if (location.pc == 0) {
        return source;
    }
    return source.empty() ? fmt::format("pc {:#x}", location.pc)
                          : fmt::format("{} (pc {:#x})", source, location.pc);
}

std::string party_text(const FindingStack& stack) {
    std::string text;
    if (stack.hart && stack.role != fmt::format("hart {}", *stack.hart)) {
        append_number(text, "hart", stack.hart);
    }
    append_number(text, "pid", stack.pid);
    return text;
}

std::vector<std::string> party_lines(const FindingStack& stack) {
    std::vector<std::string> lines;
    if (!stack.access.empty() || !stack.address.empty()) {
        const bool both = !stack.access.empty() && !stack.address.empty();
        lines.push_back(fmt::format("{}{}{}", stack.access, both ? " at " : "", stack.address));
    }
    if (stack.locks) {
        lines.push_back(stack.locks->empty()
                            ? "holds no lock"
                            : fmt::format("holds {}", fmt::join(*stack.locks, ", ")));
    }
    lines.insert(lines.end(), stack.notes.begin(), stack.notes.end());
    return lines;
}

std::string report_text(const Finding& finding) {
    std::string text = fmt::format("{}: {}\n", name_of(finding.kind), finding.title);
    if (finding.count > 1) {
        text += fmt::format("seen {} times\n", finding.count);
    }
    if (!finding.detail.empty()) {
        text += fmt::format("\n{}{}", finding.detail, finding.detail.ends_with('\n') ? "" : "\n");
    }
    if (const std::string where = where_text(finding.where); !where.empty()) {
        text += fmt::format("\nwhere: {}\n", where);
    }
    for (const FindingStack& stack : finding.stacks) {
        text += stack_text(stack);
    }
    if (!finding.reproduce.empty()) {
        text += fmt::format("\nTo run it again:\n{}\n", shell_line(finding.reproduce));
    }
    return text;
}

}  // namespace stampede
