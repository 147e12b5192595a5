// fuzz_syscalls: libFuzzer's programs of system calls on the real kernel. libFuzzer's own flags,
// corpus and exit codes; from the environment
//
//     STAMPEDE_POLICY     which kernel; kmem
//     STAMPEDE_CPUS       harts; 2
//     STAMPEDE_FINDINGS   the folder for what is found; findings
//     STAMPEDE_ON_FINDING `abort` (the default), as libFuzzer expects; or `continue`: inputs that
//     find something stay out of the corpus, and
//                         the next one begins from the same snapshot as ever
//     STAMPEDE_SCHEDULE   `input` (the default): the input's own; or one for all, as stress takes
//                         it, with the input's seed. `parallel`: a thread a hart; what is found is
//                         then looked for in repeatable schedules
//
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <optional>
#include <string>

#include "fuzz/program/binary.h"
#include "fuzz/program/generate/generate.h"
#include "fuzz/program/generate/mutate.h"
#include "fuzz/program/text/text.h"
#include "fuzz/program_replay.h"
#include "fuzz/program_runner.h"
#include "fuzz/targets/environment.h"
#include "fuzz/targets/races.h"
#include "harts/report/finding_store.h"
#include "harts/report/forms/text.h"

using namespace stampede;
using namespace stampede::fuzz;

namespace {

// libFuzzer clears them before each input and takes what is not 0 afterwards for features.
constexpr int error_exitcode = 77;  // libFuzzer's default for an input that crashes
constexpr std::size_t code_counters = std::size_t{1} << 17, meeting_counters = std::size_t{1} << 16;
[[gnu::section("__libfuzzer_extra_counters"),
  clang::no_sanitize("address")]]  // no red zones between them
u8 counters[code_counters + meeting_counters];

struct Target {
    TargetEnvironment environment;
    std::unique_ptr<ProgramRunner> runner;
};
std::optional<Target> target;

// What the inputs were like, for the last line.
struct Totals {
    u64 programs = 0, calls = 0, several_processes = 0, with_fork = 0, instructions = 0,
        dirty_pages = 0;

    void add(const Program& program, const ProgramOutcome& outcome) {
        const Extent extent = extent_of(program);
        ++programs;
        calls += extent.calls;
        several_processes += program.processes.size() > 1 ? 1 : 0;
        with_fork += extent.forks != 0 ? 1 : 0;
        instructions += outcome.instructions;
        dirty_pages += outcome.dirty_pages;
    }
    void print() const {
        const auto mean = [&](u64 sum) {
            return static_cast<double>(sum) / static_cast<double>(std::max<u64>(programs, 1));
        };
        fmt::print(stderr,
                   "{} programs: {:.1f} calls, {:.0f} instructions and {:.1f} pages written each; "
                   "{:.0f} % with several processes, "
                   "{:.0f} % with a fork\n",
                   programs, mean(calls), mean(instructions), mean(dirty_pages),
                   100 * mean(several_processes), 100 * mean(with_fork));
    }
} totals;

[[noreturn]] void give_up(const std::string& why) {
    fmt::print(stderr, "fuzz_syscalls: {}\n", why);
    std::exit(1);
}

// What was found, by key. The first is filed at once; how often it was found again, from time to
// time, for a file each would take longer than the program that finds it.
class Found {
public:
    void take(Finding finding, const Program& program, std::string_view input) {
        Known& known = known_[finding.key()];
        ++known.seen;
        if (known.filed == 0) {
            finding.count = 1;
            known.finding = finding;
            known.filed = 1;
            file(finding, program, input);
        } else if (known.seen >= 2 * known.filed) {
            add(known);
        }
    }
    // What the way to the snapshot shows, with any input.
    void take_boot(Finding finding) {
        finding.reproduce = target->environment.repeatable_command();
        finding.reproduce.emplace_back("-runs=1");
        const auto folder = FindingStore(target->environment.findings).add(finding);
        fmt::print(stderr, "before any program runs:\n{}\n{}\n", report_text(finding),
                   folder ? folder->string() : folder.error().message);
    }
    void flush() {
        for (auto& [key, known] : known_) {
            add(known);
        }
    }

private:
    struct Known {
        Finding finding;
        u64 seen = 0, filed = 0;
    };

    static void file(Finding& finding, const Program& program, std::string_view input) {
        if (target->environment.in_parallel()) {
            if (const auto repeatable = made_repeatable(program, finding)) {
                file_as(finding, {*repeatable, encode(*repeatable), std::nullopt, Shown::EachTime},
                        target->environment.repeatable_command());
                return;
            }
            finding.detail += fmt::format(
                "\nfound with a thread a hart; none of {} repeatable schedules shows it with this "
                "program",
                schedules_tried);
        }
        std::vector<std::string> command = target->environment.command();
        if (target->environment.in_parallel()) {
            command.emplace_back("-runs=1000");
        }
        const Shown shown = target->environment.in_parallel() ? Shown::ByChance : Shown::EachTime;
        file_as(finding, {program, std::string(input), target->environment.schedule, shown},
                std::move(command));
    }

    enum class Shown : u8 { EachTime, ByChance };
    struct Culprit {
        const Program& program;
        std::string input;
        std::optional<ScheduleSpec> schedule;  // in the place of its own
        Shown shown;
    };
    static void file_as(Finding& finding, Culprit culprit, std::vector<std::string> command) {
        const FindingStore store(target->environment.findings);
        finding.reproduce = std::move(command);
        finding.reproduce.push_back((store.folder_of(finding) / "input").string());
        Attachments attachments{{"program", print(culprit.program)},
                                {"input", std::move(culprit.input)}};
        if (auto replay = replay_text_of(finding, culprit);
            replay && culprit.shown == Shown::EachTime) {
            attachments.emplace(replay_file_name, std::move(*replay));
        }
        const auto folder = store.add(finding, attachments);
        fmt::print(stderr, "{}\n{}\n", report_text(finding),
                   folder ? folder->string() : folder.error().message);
    }
    // For `stress --replay`. Error: among others, the program is too long for such a file; the
    // input is there.
    static Result<std::string> replay_text_of(const Finding& finding, const Culprit& culprit) {
        RunnerSetup setup = target->environment.runner;
        setup.race = race_detection;
        const auto file = replay_of(setup, target->environment.policy, culprit.program,
                                    culprit.schedule, finding.title);
        return file ? replay_text(*file) : std::unexpected(file.error());
    }
    static void add(Known& known) {
        if (known.seen > known.filed) {
            known.finding.count = known.seen - known.filed;
            known.filed = known.seen;
            if (const auto folder = FindingStore(target->environment.findings).add(known.finding);
                !folder) {
                fmt::print(stderr, "{}\n", folder.error().message);
            }
        }
    }

    // The program under a schedule that shows the finding each time.
    static constexpr unsigned schedules_tried = 500;
    static std::optional<Program> made_repeatable(const Program& program, const Finding& wanted) {
        Program tried = program;
        RandomNumbers random(program.schedule.seed);
        for (unsigned n = 0; n < schedules_tried; ++n) {
            tried.schedule = generate_schedule(random);
            const ProgramOutcome outcome = target->runner->run(tried);
            if (std::ranges::any_of(outcome.findings, [&](const Finding& finding) {
                    return finding.key() == wanted.key();
                })) {
                return tried;
            }
        }
        return std::nullopt;
    }

    std::map<std::string, Known> known_;
} found;

std::size_t put(const Program& program, u8* data, std::size_t room) {
    const std::string bytes = encode(program);
    if (bytes.size() > room) {
        return 0;
    }
    std::memcpy(data, bytes.data(), bytes.size());
    return bytes.size();
}

std::string_view text_of(const u8* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    const auto environment = TargetEnvironment::read();
    if (!environment) {
        give_up(environment.error().message);
    }
    target.emplace();
    target->environment = *environment;
    RunnerSetup setup = environment->runner;
    setup.coverage = std::span(counters).first(code_counters);
    setup.interleavings = std::span(counters).last(meeting_counters);
    setup.race = race_detection;
    setup.drive = environment->in_parallel() ? Drive::ThreadAHart : Drive::OneThread;
    auto runner = ProgramRunner::create(setup);
    if (!runner) {
        give_up(runner.error().message);
    }
    target->runner = std::move(*runner);
    std::atexit([] {
        found.flush();
        totals.print();
    });
    fmt::print(stderr, "oracles: {}\n", oracle_list_text(target->runner->oracles()));
    for (const Finding& finding : target->runner->at_boot()) {
        found.take_boot(finding);
    }
    if (!target->runner->at_boot().empty() && target->environment.on_finding == OnFinding::Abort) {
        std::_Exit(error_exitcode);
    }
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const u8* data, std::size_t size) {
    Program program = input_program(text_of(data, size));
    const ProgramOutcome outcome = target->runner->run(program, target->environment.schedule);
    totals.add(program, outcome);
    if (outcome.findings.empty()) {
        return 0;
    }
    for (const Finding& finding : outcome.findings) {
        found.take(finding, program, text_of(data, size));
    }
    if (target->environment.on_finding == OnFinding::Abort) {
        std::abort();
    }
    return -1;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(u8* data, std::size_t size, std::size_t room,
                                               unsigned seed) {
    RandomNumbers random(seed);
    // one in so many is a new program: short, and unlike what the corpus has settled on
    constexpr u64 afresh = 4;
    Program program = size == 0 || random.chance(1, afresh) ? generate(random)
                                                            : input_program(text_of(data, size));
    mutate(program, random);
    shorten(program, random);
    const std::size_t length = put(program, data, room);
    return length != 0 ? length : size;  // too long for the room: the old one again
}

extern "C" std::size_t LLVMFuzzerCustomCrossOver(const u8* one, std::size_t one_size,
                                                 const u8* other, std::size_t other_size, u8* out,
                                                 std::size_t room, unsigned seed) {
    RandomNumbers random(seed);
    Program made = cross(input_program(text_of(one, one_size)),
                         input_program(text_of(other, other_size)), random);
    shorten(made, random);
    return put(made, out, room);
}
