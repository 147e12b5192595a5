#include "harts/report/replay/replay_file.h"

#include <fmt/format.h>

#include <algorithm>

#include "harts/report/atomic_file.h"
#include "harts/report/excerpt.h"
#include "harts/report/nearest_names.h"
#include "harts/report/replay/replay_keys.h"

namespace stampede {
namespace {

constexpr std::string_view heading = "stampede-replay 1";
constexpr std::string_view run_key = "run";
constexpr std::size_t widest_line = 100;  // of runs, bytes

std::string run_lines(std::span<const HartRun> runs) {
    std::string text, line;
    for (const std::string& word : hart_run_words(runs)) {
        if (!line.empty() && line.size() + 1 + word.size() > widest_line) {
            text += line + "\n";
            line.clear();
        }
        line += line.empty() ? fmt::format("{} {}", run_key, word) : " " + word;
    }
    return line.empty() ? text : text + line + "\n";
}

class Parser {
public:
    explicit Parser(const std::string& name) : name_(name) {}

    [[nodiscard]] Result<ReplayFile> parse(std::string_view text) {
        if (text.size() > longest_replay_file) {
            return error(fmt::format("{}: {} bytes, expected at most {}", name_, text.size(),
                                     longest_replay_file));
        }
        if (text.empty()) {
            return error(fmt::format("{}: is empty, expected {}", name_, heading));
        }
        while (!text.empty()) {
            ++line_;
            const std::size_t end = text.find('\n');
            if (end == std::string_view::npos) {
                return fail(fmt::format("{} without an end of the line: the file was cut off",
                                        excerpt(text)));
            }
            if (const Result<void> read = line(text.substr(0, end)); !read) {
                return std::unexpected(read.error());
            }
            text.remove_prefix(end + 1);
        }
        return finish();
    }

private:
    [[nodiscard]] std::unexpected<Error> fail(const std::string& what) const {
        return error(fmt::format("{}:{}: {}", name_, line_, what));
    }

    [[nodiscard]] Result<void> line(std::string_view line) {
        if (line_ == 1) {
            return line == heading ? Result<void>()
                                   : fail(fmt::format("{}, expected {}", excerpt(line), heading));
        }
        const std::size_t end = std::min(line.find(' '), line.size());
        const std::string_view key = line.substr(0, end);
        const std::string_view value = line.substr(std::min(line.size(), end + 1));
        if (key == run_key) {
            return read_runs(value);
        }
        const auto keys = replay_keys();
        const auto known = std::ranges::find(keys, key, &ReplayKey::name);
        return known != keys.end() ? read_value(*known, value) : unknown(key);
    }

    [[nodiscard]] Result<void> read_value(const ReplayKey& key, std::string_view value) {
        const u64 bit = u64{1} << (&key - replay_keys().data());
        if ((seen_ & bit) != 0 && key.presence != Presence::Repeated) {
            return fail(fmt::format("{} again, expected it once", key.name));
        }
        seen_ |= bit;
        const Result<void> read = key.read(file_, value);
        return read ? read : fail(fmt::format("{} {}", key.name, read.error().message));
    }

    // Their harts are checked against cpus, so that comes first.
    [[nodiscard]] Result<void> read_runs(std::string_view words) {
        if (file_.cpus == 0) {
            return fail("run, expected cpus before it");
        }
        if (!runs_) {
            runs_.emplace(file_.cpus);
        }
        while (!words.empty()) {
            const std::size_t end = std::min(words.find(' '), words.size());
            if (const Result<void> read = runs_->read(words.substr(0, end)); !read) {
                return fail(fmt::format("run {}", read.error().message));
            }
            words.remove_prefix(std::min(words.size(), end + 1));
        }
        return {};
    }

    [[nodiscard]] Result<void> unknown(std::string_view key) const {
        std::vector<std::string> names{std::string(run_key)};
        for (const ReplayKey& known : replay_keys()) {
            names.emplace_back(known.name);
        }
        const std::vector<std::string> near = nearest_names(key, names);
        return fail(fmt::format("the key {}, expected {}{}", excerpt(key),
                                near.empty() ? "one of " : "perhaps ",
                                fmt::join(near.empty() ? names : near, ", ")));
    }

    [[nodiscard]] Result<ReplayFile> finish() {
        for (const ReplayKey& key : replay_keys()) {
            const u64 bit = u64{1} << (&key - replay_keys().data());
            if (key.presence == Presence::Required && (seen_ & bit) == 0) {
                return fail(
                    fmt::format("the end without {}, expected a line `{} …`", key.name, key.name));
            }
        }
        if (file_.policy.empty() && !file_.is_foreign()) {
            return fail(
                "the end without policy, expected a line `policy …`, `xv6 …` or `kernel-file …`");
        }
        if (file_.workload.empty() == !file_.program) {
            return fail(fmt::format("the end with {} workload and program, expected one of the two",
                                    file_.program ? "both" : "neither"));
        }
        if (runs_) {
            Result<std::vector<HartRun>> runs = runs_->finish();
            if (!runs) {
                return fail(runs.error().message);
            }
            file_.runs = std::move(*runs);
        }
        return std::move(file_);
    }

    const std::string& name_;
    std::size_t line_ = 0;
    u64 seen_ = 0;  // a bit a key
    ReplayFile file_;
    std::optional<HartRunReader> runs_;
};

}  // namespace

Result<std::string> replay_text(const ReplayFile& file) {
    if (file.runs.size() > most_hart_runs) {
        return error(fmt::format("the schedule has {} runs, expected at most {}", file.runs.size(),
                                 most_hart_runs));
    }
    std::string text = fmt::format("{}\n", heading);
    for (const ReplayKey& key : replay_keys()) {
        for (const std::string& value : key.write(file)) {
            text += fmt::format("{} {}\n", key.name, value);
        }
    }
    const std::string runs = run_lines(file.runs);
    text += runs;
    if (text.size() > longest_replay_file) {
        return error(fmt::format(
            "the replay file would have {} bytes, {} of them for {} runs; expected at most {}",
            text.size(), runs.size(), file.runs.size(), longest_replay_file));
    }
    // A value with an end of a line in it, or one that no reader takes, is seen here rather than
    // when it is wanted.
    const Result<ReplayFile> again = parse_replay(text, "the replay file to write");
    if (!again) {
        return std::unexpected(again.error());
    }
    if (*again != file) {
        return error(
            "the replay file would not read back as it was: a value holds the end of a line, or "
            "the program's "
            "last line has none");
    }
    return text;
}

Result<ReplayFile> parse_replay(std::string_view text, const std::string& name) {
    return Parser(name).parse(text);
}

Result<ReplayFile> read_replay(const std::filesystem::path& path) {
    std::error_code failure;
    const std::filesystem::path file =
        std::filesystem::is_directory(path, failure) ? path / replay_file_name : path;
    const Result<std::string> text = read_file(file, longest_replay_file);
    return text ? parse_replay(*text, file.string()) : std::unexpected(text.error());
}

}  // namespace stampede
