#include "harts/report/forms/sarif_message.h"

#include <fmt/format.h>

#include "harts/report/forms/text.h"

namespace stampede {
namespace {

constexpr std::size_t longest_title = 512;
constexpr std::size_t longest_detail = 2048;
constexpr std::string_view cut_mark = " …";

// At most `most` bytes of it; no character of several bytes is cut in two.
std::string cut(std::string_view text, std::size_t most) {
    if (text.size() <= most) {
        return std::string(text);
    }
    std::size_t end = most - cut_mark.size();
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) {
        --end;
    }
    return std::string(text.substr(0, end)) + std::string(cut_mark);
}

std::string sentence(std::string text) {
    const bool ends = text.ends_with('.') || text.ends_with('!') || text.ends_with('?');
    return ends ? text : text + ".";
}

// Brackets in a link's text are escaped, and only there.
std::string link(std::string_view text, std::size_t id) {
    std::string escaped;
    for (const char c : sarif_plain(text)) {
        if (c == '[' || c == ']' || c == '\\') {
            escaped += '\\';
        }
        escaped += c;
    }
    return fmt::format("[{}]({})", escaped, id);
}

std::string stack_paragraph(const FindingStack& stack, std::size_t id) {
    std::string text = id != 0 ? link(stack.role, id) : sarif_plain(stack.role);
    if (const std::string party = party_text(stack); !party.empty()) {
        text += ", " + party;
    }
    if (!stack.frames.empty()) {
        text += ": " + sarif_plain(location_text(stack.frames.front()));
    }
    for (const std::string& line : party_lines(stack)) {
        text += "; " + sarif_plain(line);
    }
    return text + ".";
}

}  // namespace

std::string sarif_plain(std::string_view text) {
    std::string plain;
    for (const char c : text) {
        if (c == '(' && plain.ends_with(']')) {
            plain += ' ';  // "](" would be the middle of a link
        }
        plain.append(c == '{' || c == '}' ? 2 : 1, c);
    }
    return plain;
}

std::string sarif_message(const Finding& finding, std::span<const std::size_t> links) {
    std::string text = sentence(cut(sarif_plain(finding.title), longest_title));
    const auto add = [&text](const std::string& paragraph) {
        if (text.size() + 2 + paragraph.size() <= longest_sarif_message) {
            text += "\n\n" + paragraph;
        }
    };
    if (!finding.detail.empty()) {
        add(cut(sarif_plain(finding.detail), longest_detail));
    }
    if (!finding.reproduce.empty()) {
        add("To run it again: " + sarif_plain(shell_line(finding.reproduce)));
    }
    for (std::size_t n = 0; n < finding.stacks.size(); ++n) {
        add(stack_paragraph(finding.stacks[n], n < links.size() ? links[n] : 0));
    }
    return text;
}

}  // namespace stampede
