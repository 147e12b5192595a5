#include "stress/options/option_table.h"

#include <algorithm>

namespace stampede {
namespace {

// --- between an option's value and that of a replay file -----------------------------------------

template <class Value>
void put(Value& file, const Value& option) {
    file = option;
}
void put(std::optional<u64>& file, std::chrono::seconds option) {
    file = static_cast<u64>(option.count());
}
void put(u64& file, const std::optional<u64>& option) { file = option.value_or(0); }
void put(std::string& file, TimeMode option) { file = forms::Clock::write(option); }
void put(std::string& file, const ScheduleSpec& option) { file = option.text(); }
void put(std::string& file, const std::optional<std::string>& option) {
    file = option.value_or("");
}
void put(std::string& file, forms::StartFrom option) { file = forms::WorkBegins::write(option); }
void put(std::string& file, bool race) { file = race ? "race" : "plain"; }

template <class To, class From>
Result<void> take(To& to, Result<From> from) {
    if (!from) {
        return std::unexpected(from.error());
    }
    to = std::move(*from);
    return {};
}

// `initial` is the option's, for a file that says nothing of it.
template <class Value>
Result<void> get(Value& option, const Value& file, const Value&) {
    return take(option, Result<Value>(file));
}
Result<void> get(std::chrono::seconds& option, const std::optional<u64>& file,
                 std::chrono::seconds initial) {
    return take(option, Result<std::chrono::seconds>(file ? std::chrono::seconds(*file) : initial));
}
Result<void> get(std::optional<u64>& option, u64 file, const std::optional<u64>&) {
    return take(option, Result<u64>(file));
}
Result<void> get(TimeMode& option, const std::string& file, TimeMode) {
    const Result<void> taken = take(option, forms::Clock::read(file));
    return taken ? taken : error("time " + taken.error().message);
}
Result<void> get(ScheduleSpec& option, const std::string& file, const ScheduleSpec&) {
    return take(option, ScheduleSpec::parse(file));
}
Result<void> get(std::optional<std::string>& option, const std::string& file,
                 const std::optional<std::string>&) {
    option = file.empty() ? std::nullopt : std::optional(file);
    return {};
}
Result<void> get(forms::StartFrom& option, const std::string& file, forms::StartFrom initial) {
    return take(option, file.empty() ? initial : forms::WorkBegins::read(file));
}
Result<void> get(bool& race, const std::string& file, bool) {
    return take(race, Result<bool>(file == "race"));
}

// --- rows ----------------------------------------------------------------------------------------

template <class Form, auto member>
Result<void> read(Options& options, const std::string& text) {
    return take(options.*member, Form::read(text));
}

template <class Form, auto member>
std::optional<std::string> write(const Options& options) {
    return Form::write(options.*member);
}

template <auto member>
bool is_default(const Options& options) {
    return options.*member == Options().*member;
}

template <auto member, auto file_member>
void store(const Options& options, ReplayFile& file) {
    put(file.*file_member, options.*member);
}

template <auto member, auto file_member>
Result<void> load(const ReplayFile& file, Options& options) {
    return get(options.*member, file.*file_member, Options().*member);
}

constexpr unsigned guest = 0, run = 1, output = 2, how = 3, parts = 3, said = 4, place = 8;

template <class Form, auto member, auto file>
constexpr OptionRow row(std::string_view name, std::string_view shape, unsigned part,
                        Situations refused, std::string_view help, std::string_view expected) {
    OptionRow row{name,
                  shape,
                  static_cast<Part>(part & parts),
                  (part & said) != 0,
                  (part & place) != 0,
                  refused,
                  help,
                  expected,
                  read<Form, member>,
                  write<Form, member>,
                  is_default<member>,
                  nullptr,
                  nullptr};
    if constexpr (!std::is_null_pointer_v<decltype(file)>) {
        row.store = store<member, file>;
        row.load = load<member, file>;
    }
    return row;
}

using namespace forms;
constexpr Situations nothing = 0, program = bit(Situation::Program), shell = bit(Situation::Shell),
                     replay = bit(Situation::Replay), minimize = bit(Situation::Minimize),
                     sweep = bit(Situation::Sweep), search = bit(Situation::Search),
                     repeatable = bit(Situation::Repeatable), foreign = bit(Situation::Foreign),
                     our_kernel = bit(Situation::OurKernel), parallel = bit(Situation::Parallel),
                     check_up = bit(Situation::CheckUp),
                     without_replay = shell | sweep | search | repeatable | parallel;

constexpr OptionRow rows[] = {
#define OPTION(member, name, shape, form, initial, part, refused, file, help, expected) \
    row<form, &Options::member, file>(name, shape, part, refused, help, expected),
#include "stress/options/options.inc"
#undef OPTION
};

// What a guest sees is in its replay file, and nothing else; who is refused somewhere says what is
// expected.
static_assert(std::ranges::all_of(rows, [](const OptionRow& row) {
    return (row.part == Part::Guest) == (row.store != nullptr) &&
           ((row.refused & ~program) == 0 || !row.expected.empty()) && !row.help.empty();
}));

}  // namespace

bool OptionRow::is_for(const Options& options) const {
    return (refused & (options.is_foreign() ? foreign : our_kernel)) == 0;
}

std::string OptionRow::spelling() const {
    return (is_positional() ? "" : "--") + std::string(name);
}

std::span<const OptionRow> option_rows() { return rows; }

}  // namespace stampede
