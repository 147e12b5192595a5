#include "harts/report/replay/hart_runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "harts/report/excerpt.h"

namespace stampede {
namespace {

constexpr std::string_view times_sign = "×";
// turns; every hart once, and once more with another number
constexpr std::size_t longest_group = 2 * max_harts;

std::string word_of(const HartRun& run) {
    return fmt::format("{}{}{}", run.hart, times_sign, run.instructions);
}

// How many times the `period` runs at the front stand there one behind the other.
std::size_t repetitions(std::span<const HartRun> runs, std::size_t period) {
    std::size_t same = 0;
    while (period + same < runs.size() && runs[same] == runs[period + same]) {
        ++same;
    }
    return 1 + same / period;
}

struct Group {
    std::size_t period = 1;
    std::size_t times = 1;
    std::size_t saved = 0;  // bytes
};

// The group at the front that saves most. `starts[n]` is where the word of the n-th run would begin
// in a text without groups.
Group best_group(std::span<const HartRun> runs, std::span<const std::size_t> starts) {
    Group best;
    for (std::size_t period = 1; period <= std::min(longest_group, runs.size() / 2); ++period) {
        const std::size_t times = repetitions(runs, period);
        if (times == 1) {
            continue;
        }
        const std::size_t spared = (times - 1) * (starts[period] - starts[0]);
        const std::size_t cost = std::string_view("()*").size() + std::to_string(times).size();
        if (spared > cost + best.saved) {
            best = {period, times, spared - cost};
        }
    }
    return best;
}

template <class T>
std::optional<T> whole_number(std::string_view text) {
    T number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    return failure == std::errc{} && end == text.data() + text.size() ? std::optional(number)
                                                                      : std::nullopt;
}

// `3×1000`
std::optional<HartRun> parse_run(std::string_view word) {
    std::size_t sign = word.find(times_sign), length = times_sign.size();
    if (sign == std::string_view::npos) {
        sign = word.find('x');
        length = 1;
    }
    if (sign == std::string_view::npos) {
        return std::nullopt;
    }
    const auto hart = whole_number<u32>(word.substr(0, sign));
    const auto instructions = whole_number<u64>(word.substr(sign + length));
    return hart && instructions ? std::optional(HartRun{*hart, *instructions}) : std::nullopt;
}

std::unexpected<Error> too_many() {
    return error(fmt::format("more than {} runs, expected no more", most_hart_runs));
}

}  // namespace

std::vector<std::string> hart_run_words(std::span<const HartRun> runs) {
    std::vector<std::size_t> starts{0};
    for (const HartRun& run : runs) {
        starts.push_back(starts.back() + word_of(run).size() + 1);
    }
    std::vector<std::string> words;
    for (std::size_t at = 0; at < runs.size();) {
        const Group group = best_group(runs.subspan(at), std::span(starts).subspan(at));
        const std::size_t first = words.size();
        for (std::size_t n = 0; n < group.period; ++n) {
            words.push_back(word_of(runs[at + n]));
        }
        if (group.times > 1) {
            words[first].insert(0, "(");
            words.back() += fmt::format(")*{}", group.times);
        }
        at += group.period * group.times;
    }
    return words;
}

Result<void> HartRunReader::read(std::string_view word) {
    const std::string_view whole = word;
    if (word.starts_with('(')) {
        if (group_ != none) {
            return error(fmt::format("{}, expected the group before it to end: groups do not nest",
                                     excerpt(whole)));
        }
        group_ = runs_.size();
        word.remove_prefix(1);
    }
    const std::size_t end = std::min(word.find(')'), word.size());
    const std::optional<HartRun> run = parse_run(word.substr(0, end));
    if (!run || run->hart >= harts_) {
        return error(fmt::format("{}, expected hart×instructions, the hart below {}",
                                 excerpt(whole), harts_));
    }
    if (runs_.size() == most_hart_runs) {
        return too_many();
    }
    runs_.push_back(*run);
    return end == word.size() ? Result<void>() : repeat(word.substr(end));
}

Result<void> HartRunReader::repeat(std::string_view times) {
    const auto number = times.starts_with(")*") ? whole_number<u64>(times.substr(2)) : std::nullopt;
    if (group_ == none || number.value_or(0) == 0) {
        return error(fmt::format("{}, expected )*N behind a group, N at least 1", excerpt(times)));
    }
    const std::size_t period = runs_.size() - group_;
    if (*number > most_hart_runs / period || group_ + *number * period > most_hart_runs) {
        return too_many();
    }
    runs_.resize(group_ + *number * period);
    for (std::size_t at = group_ + period; at < runs_.size(); ++at) {
        runs_[at] = runs_[at - period];
    }
    group_ = none;
    return {};
}

Result<std::vector<HartRun>> HartRunReader::finish() {
    if (group_ != none) {
        return error("no end of the last group, expected )*N");
    }
    return std::move(runs_);
}

}  // namespace stampede
