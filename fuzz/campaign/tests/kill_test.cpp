// Kills a campaign at random moments, again and again, and looks whether it has lost anything: a
// corpus entry that was ever seen is still there, or what is there covers all that it covered; a
// finding that was ever seen is among the campaign's; nothing is torn; and what is started at last
// ends as it should.
//
//     kill_test [--kills N] [--seed S]
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "fuzz/campaign/slots/supervise.h"
#include "fuzz/campaign/tests/temporary_folder.h"
#include "fuzz/campaign/tests/witness.h"
#include "harts/guests/shelf.h"
#include "harts/report/atomic_file.h"
#include "harts/schedule/random_numbers.h"

namespace {

using namespace stampede;
using namespace stampede::campaign;

constexpr double longest_life_s = 9;  // of a campaign that is killed: some slots, or none
constexpr double recovery_s = 1;
constexpr double look_s = 0.02;
// runs that may end by themselves before the one that is asked for the end
constexpr unsigned most_endings = 5;
constexpr const char* harts[] = {"2", "4"};

class KillTest {
public:
    KillTest(std::filesystem::path programs, u64 seed)
        : programs_(std::move(programs)), random_(seed) {}

    int run(unsigned kills) {
        unsigned killed = 0;
        for (unsigned starts = 0;
             killed < kills && starts < kills * 2 + most_endings && complaints_.empty(); ++starts) {
            killed += start_and_kill(starts) ? 1 : 0;
            complain(witness_.complaints());
        }
        if (killed < kills) {
            complain({fmt::format("only {} of {} kills: campaigns end too soon", killed, kills)});
        }
        end_well();
        for (const std::string& key : witness_.lost_findings()) {
            complain({"finding " + key + " is not among the campaign's"});
        }
        for (const std::string& policy : policies_) {
            complain(uncovered(policy));
        }
        fmt::print(
            "{} kills; {} entries of corpora seen, {} of them merged away; {} findings seen\n",
            killed, witness_.entries_seen(), witness_.entries_gone(), witness_.findings_seen());
        for (const std::string& complaint : complaints_) {
            fmt::print("FAILED: {}\n", complaint);
        }
        return complaints_.empty() ? 0 : 1;
    }

private:
    [[nodiscard]] std::vector<std::string> command() const {
        return {programs_ / "nightly",
                "--hours",
                "0.012",
                "--jobs",
                "2",
                "--policy",
                fmt::format("{}", fmt::join(policies_, ",")),
                "--cpus",
                fmt::format("{}", fmt::join(harts, ",")),
                "--kinds",
                "fuzz,stress",
                "--corpus",
                corpus_,
                "--out",
                out_};
    }

    void complain(const std::vector<std::string>& complaints) {
        complaints_.insert(complaints_.end(), complaints.begin(), complaints.end());
    }

    // The first is killed as soon as a slot's folder, and nothing else, has a finding, the second
    // when it has looked at what the first one left: it must have kept it. Then by chance.
    bool is_over(unsigned start, double life_s, double passed_s) const {
        return start == 0 ? witness_.findings_seen() != 0 || passed_s > longest_life_s
                          : passed_s > (start == 1 ? recovery_s : life_s);
    }

    // False: it ended before its time came.
    bool start_and_kill(unsigned number) {
        const double life_s = longest_life_s * static_cast<double>(random_.below(1000)) / 1000;
        auto nightly = Child::start(command());
        if (!nightly) {
            complain({nightly.error().message});
            return false;
        }
        std::string output;
        for (const double start = seconds_now(); !is_over(number, life_s, seconds_now() - start);) {
            const auto line = nightly->next_line(look_s);
            witness_.look();
            output += line && *line ? (*line)->text + "\n" : "";
            if (line && !*line) {
                const int status = nightly->wait();
                if (status != 0 && status != 2) {
                    complain({fmt::format("a campaign ended with status {}:\n{}", status, output)});
                }
                return false;
            }
        }
        nightly->send(SIGKILL);
        nightly->wait();
        // its children are dying, or still about to
        std::this_thread::sleep_for(std::chrono::milliseconds(random_.below(50)));
        return true;
    }

    void end_well() {
        std::string output;
        const auto run = supervise(
            command(), {}, {600, 610}, [] { return false; },
            [&](std::string_view line) { output += std::string(line) + "\n"; });
        witness_.look();
        const auto text = read_file(out_ / "report.json");
        const bool finished = text && nlohmann::json::parse(*text).value("finished", false);
        if (!run || (run->status != 0 && run->status != 2) || !finished) {
            complain({fmt::format("the last campaign did not end as it should:\n{}", output)});
        }
    }

    // By libFuzzer's own measure: a merge of all that was ever seen into what is there adds
    // nothing.
    std::vector<std::string> uncovered(const std::string& policy) {
        std::vector<std::string> complaints;
        for (const char* number : harts) {
            const auto copy = folder_.path() / "copy";
            std::filesystem::remove_all(copy);
            std::filesystem::copy(corpus_ / policy, copy);
            std::string words;
            const auto run = supervise(
                {programs_ / "fuzz_syscalls", "-merge=1",
                 fmt::format("-artifact_prefix={}/", folder_.path().string()), copy,
                 witness_.seen(policy)},
                {"STAMPEDE_POLICY=" + policy, fmt::format("STAMPEDE_CPUS={}", number),
                 "STAMPEDE_FINDINGS=" + (folder_.path() / "ignored").string(),
                 "STAMPEDE_ON_FINDING=continue"},
                {600, 610}, [] { return false; },
                [&](std::string_view line) {
                    if (line.find(" new features added") != std::string_view::npos) {
                        words = line;
                    }
                });
            if (!run || run->status != 0 ||
                words.find(": 0 new files with 0 new features added") == std::string::npos) {
                complaints.push_back(
                    fmt::format("{} on {} harts: something is not covered any more: {}", policy,
                                number, words));
            }
        }
        return complaints;
    }

    const std::filesystem::path programs_;
    RandomNumbers random_;
    TemporaryFolder folder_;
    const std::filesystem::path corpus_ = folder_.path() / "corpus", out_ = folder_.path() / "out";
    const std::vector<std::string> policies_{"kmem", "seeded_bug_copyout_unaware"};
    Witness witness_{corpus_, out_, folder_.path() / "seen", policies_};
    std::vector<std::string> complaints_;
};

}  // namespace

int main(int argc, char** argv) {
    unsigned kills = 100;
    u64 seed = std::random_device{}();
    CLI::App app("Kills a campaign at random moments and looks whether it has lost anything.",
                 "kill_test");
    app.add_option("--kills", kills, "how often")
        ->check(CLI::Range(1, 100000))
        ->capture_default_str();
    app.add_option("--seed", seed, "of the moments");
    CLI11_PARSE(app, argc, argv);
    fmt::print("seed {}\n", seed);
    std::fflush(stdout);
    return KillTest(Shelf::beside_program().command("nightly").parent_path(), seed).run(kills);
}
