#include "harts/report/replay/replay_keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "harts/report/excerpt.h"

namespace stampede {
namespace {

constexpr u64 any = ~u64{0};

std::unexpected<Error> unlike(std::string_view value, std::string_view expected) {
    return error(fmt::format("{}, expected {}", excerpt(value), expected));
}

bool is_printable(char c) { return static_cast<unsigned char>(c) >= ' ' && c != 0x7f; }

// --- numbers -------------------------------------------------------------------------------------

template <auto member, u64 least, u64 most>
Result<void> read_number(ReplayFile& file, std::string_view value) {
    u64 number = 0;
    const auto [end, failure] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (failure != std::errc{} || end != value.data() + value.size() || number < least ||
        number > most) {
        return unlike(value, fmt::format("a number from {} to {}", least, most));
    }
    using Target = std::remove_cvref_t<decltype(file.*member)>;
    if constexpr (std::is_same_v<Target, std::optional<u64>>) {
        file.*member = number;
    } else {
        file.*member = static_cast<Target>(number);
    }
    return {};
}

template <auto member>
std::vector<std::string> write_number(const ReplayFile& file) {
    if constexpr (requires { (file.*member).has_value(); }) {
        return file.*member ? std::vector{std::to_string(*(file.*member))}
                            : std::vector<std::string>{};
    } else {
        return {std::to_string(file.*member)};
    }
}

template <auto member, u64 least, u64 most>
constexpr ReplayKey number(std::string_view name, Presence presence) {
    return {name, presence, read_number<member, least, most>, write_number<member>};
}

// --- text ----------------------------------------------------------------------------------------

template <auto member>
Result<void> read_text(ReplayFile& file, std::string_view value) {
    if (value.empty() || !std::ranges::all_of(value, is_printable)) {
        return unlike(value, "text without control characters");
    }
    file.*member = value;
    return {};
}

template <auto member>
Result<void> read_word(ReplayFile& file, std::string_view value) {
    return value.find(' ') != std::string_view::npos ? unlike(value, "one word")
                                                     : read_text<member>(file, value);
}

template <auto member>
std::vector<std::string> write_text(const ReplayFile& file) {
    return (file.*member).empty() ? std::vector<std::string>{} : std::vector{file.*member};
}

template <auto member>
constexpr ReplayKey word(std::string_view name, Presence presence) {
    return {name, presence, read_word<member>, write_text<member>};
}

template <auto member>
constexpr ReplayKey line(std::string_view name) {
    return {name, Presence::Optional, read_text<member>, write_text<member>};
}

Result<void> read_build(ReplayFile& file, std::string_view value) {
    return value != "plain" && value != "race" ? unlike(value, "plain or race")
                                               : read_word<&ReplayFile::build>(file, value);
}

template <auto member>
Result<void> read_hash(ReplayFile& file, std::string_view value) {
    const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
    return value.size() != 16 || !std::ranges::all_of(value, is_digit)
               ? unlike(value, "16 hexadecimal digits")
               : read_word<member>(file, value);
}

Result<void> read_title(ReplayFile& file, std::string_view value) {
    if (value.empty() || !std::ranges::all_of(value, is_printable)) {
        return unlike(value, "text without control characters");
    }
    file.titles.emplace_back(value);
    return {};
}

Result<void> read_program(ReplayFile& file, std::string_view value) {
    if (!std::ranges::all_of(value, is_printable)) {
        return unlike(value, "a line without control characters");
    }
    if (!file.program) {
        file.program.emplace();
    }
    file.program->append(value).append("\n");
    return {};
}

std::vector<std::string> write_program(const ReplayFile& file) {
    std::vector<std::string> lines;
    for (std::string_view rest = file.program ? std::string_view(*file.program) : "";
         !rest.empty();) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        lines.emplace_back(rest.substr(0, end));
        rest.remove_prefix(std::min(rest.size(), end + 1));
    }
    return lines;
}

using enum Presence;
constexpr ReplayKey keys[] = {
    word<&ReplayFile::version>("version", Required),
    {"build", Required, read_build, write_text<&ReplayFile::build>},
    {"kernel", Required, read_hash<&ReplayFile::kernel>, write_text<&ReplayFile::kernel>},
    {"disks", Optional, read_hash<&ReplayFile::disks>, write_text<&ReplayFile::disks>},
    word<&ReplayFile::policy>("policy", Optional),
    line<&ReplayFile::xv6>("xv6"),
    line<&ReplayFile::kernel_file>("kernel-file"),
    line<&ReplayFile::disk_files>("disk-files"),
    line<&ReplayFile::description>("description"),
    word<&ReplayFile::from>("from", Optional),
    number<&ReplayFile::cpus, 1, max_harts>("cpus", Required),
    number<&ReplayFile::memory, 1, any>("memory", Required),
    number<&ReplayFile::seed, 0, any>("seed", Required),
    word<&ReplayFile::time>("time", Required),
    line<&ReplayFile::workload>("workload"),
    number<&ReplayFile::duration, 1, any>("duration", Optional),
    number<&ReplayFile::operations, 1, any>("ops", Optional),
    line<&ReplayFile::append>("append"),
    line<&ReplayFile::expect>("expect"),
    line<&ReplayFile::fail_on>("fail-on"),
    number<&ReplayFile::fail_allocation, 1, any>("fail-allocation", Optional),
    word<&ReplayFile::schedule>("schedule", Required),
    number<&ReplayFile::schedule_seed, 0, any>("schedule-seed", Required),
    {"title", Repeated, read_title, [](const ReplayFile& file) { return file.titles; }},
    {"program", Repeated, read_program, write_program},
};

}  // namespace

std::span<const ReplayKey> replay_keys() { return keys; }

}  // namespace stampede
