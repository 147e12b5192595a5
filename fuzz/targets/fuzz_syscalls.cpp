// fuzz_syscalls: libFuzzer's programs of system calls on the real kernel. libFuzzer's own flags, corpus and exit codes; from the environment
//
//     STAMPEDE_POLICY     which kernel; kmem
//     STAMPEDE_CPUS       harts; 2
//     STAMPEDE_FINDINGS   the folder for what is found; findings
//     STAMPEDE_SCHEDULE   `input` (the default): the input's own; or one for all, as stress takes it, with the input's seed
//
// What is found gets its folder, then the process aborts, as libFuzzer expects.
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "fuzz/program/binary.h"
#include "fuzz/program/generate.h"
#include "fuzz/program/mutate.h"
#include "fuzz/program/text.h"
#include "fuzz/program_runner.h"
#include "fuzz/targets/environment.h"
#include "harts/report/finding_store.h"
#include "harts/report/text.h"

using namespace stampede;
using namespace stampede::fuzz;

namespace {

// libFuzzer clears them before each input and takes what is not 0 afterwards for features.
[[gnu::section("__libfuzzer_extra_counters")]] u8 counters[std::size_t{1} << 17];

struct Target {
    TargetEnvironment environment;
    std::unique_ptr<ProgramRunner> runner;
};
std::optional<Target> target;

[[noreturn]] void give_up(const std::string& why) {
    fmt::print(stderr, "fuzz_syscalls: {}\n", why);
    std::exit(1);
}

// Prints and files it; gives the folder.
void report(const Finding& found, const Program& program, std::string_view input) {
    const FindingStore store(target->environment.findings);
    Finding finding = found;
    finding.reproduce = target->environment.command();
    finding.reproduce.push_back((store.folder_of(finding) / "input").string());
    const auto folder = store.add(finding, {{"program", print(program)}, {"input", std::string(input)}});
    fmt::print(stderr, "{}\n{}\n", report_text(finding), folder ? folder->string() : folder.error().message);
}

std::size_t put(const Program& program, u8* data, std::size_t room) {
    const std::string bytes = encode(program);
    if (bytes.size() > room) {
        return 0;
    }
    std::memcpy(data, bytes.data(), bytes.size());
    return bytes.size();
}

std::string_view text_of(const u8* data, std::size_t size) { return {reinterpret_cast<const char*>(data), size}; }

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    const auto environment = TargetEnvironment::read();
    if (!environment) {
        give_up(environment.error().message);
    }
    target.emplace();
    target->environment = *environment;
    RunnerSetup setup = environment->runner;
    setup.coverage = counters;
    auto runner = ProgramRunner::create(setup);
    if (!runner) {
        give_up(runner.error().message);
    }
    target->runner = std::move(*runner);
    for (const Finding& finding : target->runner->at_boot()) {
        fmt::print(stderr, "found before any program ran, and not again: {}\n", report_text(finding));
    }
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const u8* data, std::size_t size) {
    Program program = decode(text_of(data, size));
    const ProgramOutcome outcome = target->runner->run(program, target->environment.schedule);
    if (outcome.findings.empty()) {
        return 0;
    }
    for (const Finding& finding : outcome.findings) {
        report(finding, program, text_of(data, size));
    }
    std::abort();
}

extern "C" std::size_t LLVMFuzzerCustomMutator(u8* data, std::size_t size, std::size_t room, unsigned seed) {
    RandomNumbers random(seed);
    constexpr u64 afresh = 50;  // one in so many is a new program
    Program program = size == 0 || random.chance(1, afresh) ? generate(random) : decode(text_of(data, size));
    mutate(program, random);
    const std::size_t length = put(program, data, room);
    return length != 0 ? length : size;  // too long for the room: the old one again
}

extern "C" std::size_t LLVMFuzzerCustomCrossOver(const u8* one, std::size_t one_size, const u8* other, std::size_t other_size, u8* out,
                                                 std::size_t room, unsigned seed) {
    RandomNumbers random(seed);
    return put(cross(decode(text_of(one, one_size)), decode(text_of(other, other_size)), random), out, room);
}
