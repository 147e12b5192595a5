#include "harts/tests/compare_programs.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>

#include "harts/isa/disassemble.h"
#include "harts/tests/programs/memory_map.h"

namespace stampede {

using programs::Body;
using programs::Detail;

namespace {

constexpr std::size_t line_length = 17;  // 16 digits and the line's end

struct Outputs {
    std::string first;
    std::string second;

    [[nodiscard]] std::string_view first_line(std::size_t n) const { return line(first, n); }
    [[nodiscard]] std::string_view second_line(std::size_t n) const { return line(second, n); }

private:
    static std::string_view line(std::string_view text, std::size_t n) {
        return n * line_length < text.size() ? text.substr(n * line_length, line_length - 1)
                                             : "nothing";
    }
};

// Both at once, on a thread each.
Result<Outputs> run_both(const Contestants& contestants, std::span<const Body> bodies,
                         Detail detail) {
    const auto image = programs::make_image(bodies, detail);
    auto pending = std::async(std::launch::async, [&] { return contestants.first(image); });
    auto second = contestants.second(image);
    auto first = pending.get();
    if (!first) {
        return error(fmt::format("{}: {}", contestants.first_name, first.error().message));
    }
    if (!second) {
        return error(fmt::format("{}: {}", contestants.second_name, second.error().message));
    }
    return Outputs{std::move(*first), std::move(*second)};
}

// A body that does not come to an end is another matter.
bool differs(const Contestants& contestants, const Body& body) {
    const auto outputs = run_both(contestants, std::span(&body, 1), Detail::Hash);
    return outputs && outputs->first != outputs->second;
}

std::string disassembly(const Body& body) {
    const auto code = programs::assemble(body.items);
    const u64 base =
        body.window == 0 ? body.address : body.window + (body.address - programs::runtime_base);
    std::string text;
    for (std::size_t at = 0; at + 2 <= code.size();) {
        u32 word = static_cast<u32>(code[at] | code[at + 1] << 8);
        if ((word & 3) == 3) {
            word |= static_cast<u32>(code.at(at + 2)) << 16 | static_cast<u32>(code.at(at + 3))
                                                                  << 24;
        }
        const unsigned length = isa::decode(word).length;
        text +=
            fmt::format("  {:x}: {:>8}  {}\n", base + at, fmt::format("{:0{}x}", word, 2 * length),
                        isa::disassemble(word, {base + at}));
        at += length;
    }
    return text;
}

// The earliest that tells most: a trap's words before what is left at the end.
std::string name_difference(const Contestants& contestants, const Body& body) {
    const auto outputs = run_both(contestants, std::span(&body, 1), Detail::Everything);
    if (!outputs) {
        return outputs.error().message;
    }
    const auto names = programs::dump_names(body);
    std::vector<std::size_t> different;
    for (std::size_t n = 0; n < names.size(); ++n) {
        if (outputs->first_line(n) != outputs->second_line(n)) {
            different.push_back(n);
        }
    }
    if (different.empty()) {
        return "alone, the body gives the same on both";
    }
    const auto trap = std::ranges::find_if(
        different, [&](std::size_t n) { return names[n].starts_with("trap "); });
    const std::size_t shown = trap == different.end() ? different.front() : *trap;
    return fmt::format("{}: {} on {}, {} on {} ({} values differ)", names[shown],
                       outputs->first_line(shown), contestants.first_name,
                       outputs->second_line(shown), contestants.second_name, different.size());
}

std::string start_of(const Body& body) {
    std::string text = fmt::format(
        "starts in mode {} with mstatus {:#x}, satp {:#x}, medeleg {:#x}, mideleg {:#x}, mie "
        "{:#x}\n",
        static_cast<int>(body.mode), body.mstatus, body.satp, body.medeleg, body.mideleg, body.mie);
    for (u8 x = 1; x < 32; ++x) {
        text += fmt::format("  {:>4} {:016x}{}", isa::register_name(x), body.registers.at(x),
                            x % 4 == 0 ? "\n" : "");
    }
    return text + "\n";
}

}  // namespace

Result<std::optional<std::size_t>> first_difference(const Contestants& contestants,
                                                    std::span<const Body> bodies) {
    const auto outputs = run_both(contestants, bodies, Detail::Hash);
    if (!outputs) {
        return std::unexpected(outputs.error());
    }
    for (std::size_t n = 0; n < bodies.size(); ++n) {
        if (outputs->first_line(n) != outputs->second_line(n)) {
            return n;
        }
    }
    if (outputs->first.size() != bodies.size() * line_length) {
        return error(fmt::format("{} wrote {} bytes for {} bodies", contestants.first_name,
                                 outputs->first.size(), bodies.size()));
    }
    return std::nullopt;
}

// Halves, quarters, … down to single items, until no single one can go.
Body shrink(const Contestants& contestants, const Body& body) {
    Body least = body;
    if (!differs(contestants, least)) {
        return least;
    }
    for (std::size_t part = (least.items.size() + 1) / 2; part > 0;) {
        bool smaller = false;
        for (std::size_t at = 0; at < least.items.size();) {
            Body candidate = least;
            const std::size_t end = std::min(at + part, candidate.items.size());
            const auto first = candidate.items.begin() + static_cast<std::ptrdiff_t>(at);
            const auto last = candidate.items.begin() + static_cast<std::ptrdiff_t>(end);
            candidate.items.erase(std::remove_if(first, last,
                                                 [](const programs::Item& item) {
                                                     return item.removal ==
                                                            programs::Removal::Allowed;
                                                 }),
                                  last);
            if (candidate.items.size() < least.items.size() && differs(contestants, candidate)) {
                least = std::move(candidate);
                smaller = true;
            } else {
                at += part;
            }
        }
        if (part == 1 && !smaller) {
            break;
        }
        part = part == 1 ? 1 : part / 2;
    }
    return least;
}

std::string describe_difference(const Contestants& contestants, const Body& body) {
    return name_difference(contestants, body) + "\n" + start_of(body) + disassembly(body);
}

}  // namespace stampede
