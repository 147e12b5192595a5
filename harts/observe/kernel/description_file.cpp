#include "harts/observe/kernel/description_file.h"

#include <fmt/format.h>

#include <charconv>
#include <fstream>
#include <iterator>
#include <sstream>

namespace stampede {
namespace {

// ORIGIN of "(pa-ORIGIN)/4096".
std::optional<std::string> origin_in(std::string_view index) {
    if (index == "pa/4096") {
        return "0";
    }
    constexpr std::string_view before = "(pa-", behind = ")/4096";
    if (!index.starts_with(before) || !index.ends_with(behind) ||
        index.size() <= before.size() + behind.size()) {
        return std::nullopt;
    }
    return std::string(index.substr(before.size(), index.size() - before.size() - behind.size()));
}

class Line {
public:
    Line(std::string_view text, std::string where) : where_(std::move(where)) {
        std::istringstream words{std::string(text.substr(0, text.find('#')))};
        words_.assign(std::istream_iterator<std::string>(words), {});
    }

    [[nodiscard]] bool empty() const { return words_.empty(); }

    [[nodiscard]] Result<void> read(DescriptionFile& into) const {
        const std::string& key = words_[0];
        if (key == "counts") {
            return counts(into);
        }
        if (key == "free-list" && words_.size() == 2) {
            into.free_lists.push_back({words_[1], where_});
            return {};
        }
        if (key == "allocate" || key == "free" || key == "processes") {
            return once(key == "allocate" ? into.allocate
                        : key == "free"   ? into.free
                                          : into.processes);
        }
        if (key == "end") {
            return number(into.end, ~u64{0}, "an address");
        }
        if (key == "marker") {
            return number(into.marker, 9, "a bit of a PTE, 5, 8 or 9");
        }
        return wrong(
            "counts, allocate, free, free-list, processes, end or marker, with one name "
            "or number");
    }

private:
    [[nodiscard]] std::unexpected<Error> wrong(std::string_view expected) const {
        std::string line;
        for (const std::string& word : words_) {
            line += (line.empty() ? "" : " ") + word;
        }
        return error(fmt::format("{}: `{}`, expected {}", where_, line, expected));
    }

    [[nodiscard]] Result<void> once(std::optional<Said>& into) const {
        if (words_.size() != 2) {
            return wrong(words_[0] + " and one name");
        }
        if (into) {
            return wrong(fmt::format("it once: {} says it already", into->where));
        }
        into = Said{words_[1], where_};
        return {};
    }

    [[nodiscard]] Result<void> number(std::optional<SaidNumber>& into, u64 most,
                                      std::string_view what) const {
        const auto value = words_.size() == 2 ? number_in(words_[1]) : std::nullopt;
        if (!value || *value > most || (most == 9 && *value != 5 && *value != 8 && *value != 9)) {
            return wrong(fmt::format("{} and {}", words_[0], what));
        }
        if (into) {
            return wrong(fmt::format("it once: {} says it already", into->where));
        }
        into = SaidNumber{*value, where_};
        return {};
    }

    [[nodiscard]] Result<void> counts(DescriptionFile& into) const {
        SaidCounts said{words_.size() > 1 ? words_[1] : "", "", where_};
        bool fits = words_.size() == 2;
        if (words_.size() > 3 && words_[2] == "index") {
            std::string index;  // with or without blanks
            for (std::size_t n = 3; n < words_.size(); ++n) {
                index += words_[n];
            }
            const auto origin = origin_in(index);
            fits = origin.has_value();
            said.origin = origin.value_or("");
        }
        if (!fits) {
            return wrong("counts NAME[.member] index (pa-ORIGIN)/4096");
        }
        if (into.counts) {
            return wrong(fmt::format("it once: {} says it already", into.counts->where));
        }
        into.counts = std::move(said);
        return {};
    }

    std::string where_;
    std::vector<std::string> words_;
};

}  // namespace

std::optional<u64> number_in(std::string_view text) {
    int base = 10;
    if (text.starts_with("0x")) {
        text.remove_prefix(2);
        base = 16;
    }
    u64 value = 0;
    const auto [end, problem] =
        std::from_chars(text.data(), text.data() + text.size(), value, base);
    return problem == std::errc() && end == text.data() + text.size() && !text.empty()
               ? std::optional(value)
               : std::nullopt;
}

Result<DescriptionFile> DescriptionFile::parse(std::string_view text, const std::string& file) {
    DescriptionFile said;
    for (unsigned number = 1; !text.empty(); ++number) {
        const std::size_t end = text.find('\n');
        const Line line(text.substr(0, end), fmt::format("{}:{}", file, number));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (line.empty()) {
            continue;
        }
        if (Result<void> read = line.read(said); !read) {
            return std::unexpected(read.error());
        }
    }
    return said;
}

Result<DescriptionFile> DescriptionFile::read(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream text;
    if (!std::filesystem::is_regular_file(file) || !stream.is_open() ||
        (stream.peek() != std::ifstream::traits_type::eof() && !(text << stream.rdbuf()))) {
        return error(
            fmt::format("{}: cannot be read, expected the description of a kernel", file.string()));
    }
    return parse(text.str(), file.string());
}

}  // namespace stampede
