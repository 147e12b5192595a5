// The forms for people.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harts/report/finding.h"

namespace stampede {

// argv as one line that a POSIX shell reads back as the same argv: words in single quotes where
// they need it.
[[nodiscard]] std::string shell_line(std::span<const std::string> argv);

// `function at file:line (pc 0x…)`, less what is not known.
[[nodiscard]] std::string location_text(const SourceLocation& location);

// "hart 3, pid 17": whose stack it is, less what the role itself says or nobody knows.
[[nodiscard]] std::string party_text(const FindingStack& stack);
// What it did, a line each: the access and its address, the locks held, notes.
[[nodiscard]] std::vector<std::string> party_lines(const FindingStack& stack);

// A finding on some lines: kind and title, detail, where, stacks; the command that reproduces it is
// the last line, alone.
[[nodiscard]] std::string report_text(const Finding& finding);

}  // namespace stampede
