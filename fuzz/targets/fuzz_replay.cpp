// fuzz_replay: the small texts that people hand to `stress`: replay files, the words of --schedule,
// suppressions. Each input is tried as all of them.
#include "fuzz/targets/require.h"
#include "harts/oracles/findings/suppressions.h"
#include "harts/report/replay/replay_file.h"
#include "harts/schedule/schedule_spec.h"

using namespace stampede;
using namespace stampede::fuzz;

namespace {

void replay_file(std::string_view input) {
    const Result<ReplayFile> file = parse_replay(input, "input");
    if (!file) {
        require(file.error().message.starts_with("input:"), "an error names the file",
                file.error().message);
        return;
    }
    const Result<std::string> text = replay_text(*file);
    if (!text) {  // turns that a person wrote shorter than the writer does
        require(text.error().message.starts_with("the replay file would have "),
                "only its length can forbid a text", text.error().message);
        return;
    }
    const Result<ReplayFile> again = parse_replay(*text, "input");
    require(again.has_value() && *again == *file, "its text is the file again", *text);
}

void schedule(std::string_view input) {
    const Result<ScheduleSpec> spec = ScheduleSpec::parse(input);
    if (!spec) {
        require(spec.error().message.starts_with("schedule "), "an error says of what",
                spec.error().message);
        return;
    }
    const Result<ScheduleSpec> again = ScheduleSpec::parse(spec->text());
    require(again.has_value() && *again == *spec, "its text is the schedule again", spec->text());
    require((spec->make(1, 2) != nullptr) == spec->repeatable(),
            "it makes a schedule where it repeats", spec->text());
}

void suppressions(std::string_view input) {
    const Result<Suppressions> rules = Suppressions::parse(input, "input");
    if (!rules) {
        require(rules.error().message.starts_with("input:"), "an error names the file",
                rules.error().message);
        return;
    }
    Finding finding;
    finding.kind = FindingKind::race;
    finding.stacks.push_back({"", {{}}});
    finding.stacks.back().frames.back().function = "kernel::holding";
    std::map<std::string, u64> suppressed;
    const std::size_t left = rules->apply({finding}, suppressed).size();
    require(left + suppressed.size() == 1, "a finding is left or counted", input);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const u8* data, std::size_t size) {
    const std::string_view input = text_of(data, size);
    replay_file(input);
    schedule(input);
    suppressions(input);
    return 0;
}
