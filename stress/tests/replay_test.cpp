// A finding of a kernel without locks around its counts, shown again, refused, shrunk and searched
// for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "harts/report/replay/replay_file.h"
#include "stress/replay/effort.h"
#include "stress/replay/minimize.h"
#include "stress/replay/replay.h"
#include "stress/replay/search.h"
#include "stress/run/setup.h"
#include "stress/tests/child.h"
#include "stress/tests/guest_files.h"

namespace stampede {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;

const std::string program = STAMPEDE_STRESS;
constexpr const char* bug = "seeded_bug_unlocked_counts";

ChildResult stress(std::vector<std::string> words) {
    words.insert(words.begin(), program);
    return run_child(words);
}

std::string content(const std::filesystem::path& file) {
    std::ostringstream bytes;
    bytes << std::ifstream(file).rdbuf();
    return bytes.str();
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

constexpr const char* shown_title = "a frame on a free list has a count";

Options unlocked_counts(u64 seed) {
    Options options;
    options.workload = "forkbomb";
    options.policy = bug;
    options.cpus = 4;
    options.seed = seed;
    options.operations = 400;
    options.schedule = ScheduleSpec::parse("random:1000").value();
    return options;
}

Result<RunSetup> run_of(const ReplayFile& file) {
    Result<Options> options = replayed({}, file, "a trial");
    if (!options) {
        return std::unexpected(options.error());
    }
    RunSetup setup = setup_of(*options, guest_of(bug));
    return setup;
}

// Whether it shows in the runs below, and what they cost is in proportion to their operations.
bool suits(u64 seed, Effort& effort) {
    ReplayFile file = replay_of(unlocked_counts(seed), hash_of(guest_of(bug)).value(), shown_title);
    const auto run = [&](u64 operations, const char* schedule = "random:1000") {
        file.operations = operations;
        file.schedule = schedule;
        const auto result = effort.run({file});
        return result && result->shows(shown_title) ? *result : TrialResult{};
    };
    const auto cost = [](const TrialResult& result) {
        return result.system_calls + result.switches;
    };
    const TrialResult of_220 = run(220), of_240 = run(240), of_280 = run(280), of_400 = run(400),
                      of_410 = run(410), finer = run(300, "random:700");
    return cost(of_220) > 0 && cost(of_240) > 0 && cost(of_240) <= cost(of_220) * 11 / 10 &&
           cost(of_220) * 11 / 10 < cost(of_280) && cost(of_280) < cost(of_400) &&
           of_400.system_calls < of_410.system_calls && finer.system_calls < of_400.system_calls &&
           finer.switches > of_400.switches;
}

// The first seed that suits the tests: it is another one for each kernel image.
u64 showing_seed() {
    static const u64 seed = [] {
        auto trials = Trials::start(run_of);
        Interrupts interrupts;
        Effort effort(*trials, interrupts, std::chrono::seconds(300), [](const std::string&) {});
        u64 tried = 1;
        while (tried < 1000 && !suits(tried, effort)) {
            ++tried;
        }
        return tried;
    }();
    return seed;
}

Options unlocked_counts() { return unlocked_counts(showing_seed()); }

class Replay : public testing::Test {
protected:
    Replay()
        : folder_(std::filesystem::path(testing::TempDir()) /
                  ("replay-" + std::to_string(::getpid()))) {
        std::filesystem::create_directories(folder_);
    }
    ~Replay() override { std::filesystem::remove_all(folder_); }

    // The folder of the finding with that title; of a repeatable run's first one where there is
    // none.
    std::filesystem::path find(const std::vector<std::string>& more = {},
                               const std::string& operations = "400") {
        std::vector<std::string> words{
            "--cpus",   "4",        "--seed",     std::to_string(showing_seed()),
            "--ops",    operations, "--schedule", "random:1000",
            "--policy", bug,        "--findings", (folder_ / "findings").string()};
        words.insert(words.end(), more.begin(), more.end());
        words.emplace_back("forkbomb");
        const ChildResult run = stress(words);
        EXPECT_EQ(run.status, 2) << run.out << run.err;
        EXPECT_THAT(run.out, HasSubstr("This shows it again, every time:\n"));
        std::vector<std::filesystem::path> folders;
        for (const auto& entry : std::filesystem::directory_iterator(folder_ / "findings")) {
            if (std::filesystem::is_directory(entry)) {
                folders.push_back(entry);
            }
        }
        EXPECT_FALSE(folders.empty());
        const auto shown = std::ranges::find_if(folders, [](const std::filesystem::path& folder) {
            const Result<ReplayFile> file = read_replay(folder);
            return file && file->titles.front() == shown_title;
        });
        return shown != folders.end() ? *shown : folders.empty() ? folder_ : folders.front();
    }
    // A replay file with such a text.
    std::string file(const std::string& text) const {
        std::ofstream(folder_ / "file") << text;
        return (folder_ / "file").string();
    }

    std::filesystem::path folder_;
};

TEST_F(Replay, a_finding_shows_again_from_its_folder_and_from_its_file) {
    const std::filesystem::path folder = find();
    const ReplayFile file = read_replay(folder).value();
    for (const std::filesystem::path& path : {folder, folder / "replay"}) {
        const ChildResult again = stress({"--replay", path.string()});
        EXPECT_EQ(again.status, 2) << again.err;
        EXPECT_THAT(again.out, HasSubstr("showed again: " + file.titles.front() + "\n"));
    }
    const ChildResult times = stress({"--replay", folder.string(), "--times", "5"});
    EXPECT_EQ(times.status, 2);
    EXPECT_THAT(times.out, HasSubstr("5 of 5 runs showed it again: " + file.titles.front() + "\n"));
    EXPECT_THAT(times.out, ContainsRegex("each executed [0-9,]+ instructions\n"));
}

TEST_F(Replay, a_race_shows_again_in_the_race_build) {
    if (!std::filesystem::exists(program + "-race")) {
        GTEST_SKIP() << "there is no stress-race in this tree";
    }
    const std::filesystem::path folder = find({"--race"}, "40");
    EXPECT_EQ(read_replay(folder).value().build, "race");
    const ChildResult times = stress({"--replay", folder.string(), "--times", "3"});
    EXPECT_EQ(times.status, 2) << times.err;
    EXPECT_THAT(times.out, HasSubstr("3 of 3 runs showed it again"));
    EXPECT_THAT(times.out, HasSubstr("each executed"));
}

TEST_F(Replay, what_does_not_show_again_is_said_plainly) {
    const std::string text = content(find() / "replay");
    const std::string sound =
        replaced(replaced(text, bug, "kmem"), "kernel " + read_replay(file(text)).value().kernel,
                 "kernel " + hash_of(guest_of("kmem")).value().kernel);
    const ChildResult mended = stress({"--replay", file(sound)});
    EXPECT_EQ(mended.status, 0);
    EXPECT_THAT(mended.out, HasSubstr("did not show again: "));
    const ChildResult times = stress({"--replay", file(sound), "--times", "2"});
    EXPECT_EQ(times.status, 0);
    EXPECT_THAT(times.out, HasSubstr("0 of 2 runs showed it again"));
    const ChildResult minimized = stress({"--replay", file(sound), "--minimize"});
    EXPECT_EQ(minimized.status, 0);
    EXPECT_THAT(minimized.out, HasSubstr("did not show again: "));
    EXPECT_EQ(content(folder_ / "file"), sound);
}

TEST_F(Replay, another_kernel_is_refused_by_name) {
    const std::string text = content(find() / "replay");
    const std::string hash = read_replay(file(text)).value().kernel;
    const std::string path = file(replaced(text, hash, "0123456789abcdef"));
    const ChildResult run = stress({"--replay", path});
    EXPECT_EQ(run.status, 1);
    EXPECT_THAT(
        run.err,
        HasSubstr(
            path +
            ": made with another kernel: policy seeded_bug_unlocked_counts was 0123456789abcdef"));
    EXPECT_THAT(run.err, HasSubstr("kernel-seeded_bug_unlocked_counts.elf is " + hash + " now"));
}

TEST_F(Replay, damaged_files_and_other_options_are_refused) {
    const std::string text = content(find() / "replay");
    const auto refused = [&](const std::string& bytes, std::vector<std::string> more = {}) {
        more.insert(more.begin(), {"--replay", file(bytes)});
        const ChildResult run = stress(more);
        EXPECT_EQ(run.status, 1) << run.out;
        return run.err;
    };
    EXPECT_THAT(refused(replaced(text, "cpus 4", "cpus four")),
                HasSubstr("file:6: cpus \"four\", expected a number from 1 to 64"));
    EXPECT_THAT(refused(replaced(text, "random:1000", "rarely")),
                HasSubstr("file: schedule rarely"));
    EXPECT_THAT(refused(replaced(text, "random:1000", "parallel")),
                HasSubstr("schedule parallel, expected one that repeats"));
    EXPECT_THAT(refused(replaced(text, bug, "none")), HasSubstr("there is no policy none"));
    EXPECT_THAT(refused(replaced(text, "forkbomb", "none")),
                HasSubstr("there is no workload none"));
    EXPECT_THAT(refused(""), HasSubstr("file"));
    EXPECT_THAT(refused(text, {"--cpus", "7"}), HasSubstr("--cpus 4, but the command line says 7"));
    EXPECT_THAT(refused(text, {"cowstorm"}),
                HasSubstr("workload forkbomb, but the command line says cowstorm"));
    EXPECT_EQ(
        stress({"--replay", file(text), "--cpus", "4", "--timeout", "100s", "forkbomb"}).status, 2);
    EXPECT_THAT(stress({"--replay", "/no/such/file"}).err, HasSubstr("/no/such/file"));
}

TEST_F(Replay, minimizing_keeps_the_title_and_the_original) {
    const std::filesystem::path folder = find();
    const std::string original = content(folder / "replay");
    const ReplayFile before = read_replay(folder).value();
    const ChildResult run = stress({"--replay", folder.string(), "--minimize", "--timeout", "15s"});
    EXPECT_EQ(run.status, 2) << run.err;
    EXPECT_THAT(run.out, ContainsRegex("[0-9,]+ system calls \\(of [0-9,]+\\) and [0-9,]+ context "
                                       "switches \\(of [0-9,]+\\) are left"));
    EXPECT_EQ(content(folder / "replay.original"), original);
    const ReplayFile after = read_replay(folder).value();
    EXPECT_EQ(after.titles, before.titles);
    EXPECT_LT(after.operations.value(), before.operations.value());
    EXPECT_LE(std::filesystem::file_size(folder / "replay"), longest_replay_file);
    EXPECT_THAT(stress({"--replay", folder.string(), "--times", "3"}).out,
                HasSubstr("3 of 3 runs showed it again"));
}

// Its schedules are the same each time, so it needs no luck.
TEST(Search, a_finding_is_brought_about_again_by_a_schedule_that_repeats) {
    const Guest guest = guest_of(bug);
    auto trials = Trials::start([&](const ReplayFile& file) -> Result<RunSetup> {
        Result<Options> options = replayed({}, file, "a trial");
        return setup_of(options.value(), guest);
    });
    ASSERT_TRUE(trials);
    Interrupts interrupts;
    Effort effort(*trials, interrupts, std::chrono::seconds(300), [](const std::string&) {});
    const std::string title = "a frame on a free list has a count";
    const ReplayFile like = replay_of(unlocked_counts(), hash_of(guest).value(), "");
    const SearchResult result = search(like, {title}, 400, effort);
    ASSERT_TRUE(result.found.contains(title)) << result.tries;
    const auto again = effort.run({result.found.at(title)});
    EXPECT_TRUE(again && again->shows(title));
}

TEST(Search, tries_are_schedules_in_turn_with_a_seed_each_and_rounds_grow) {
    const std::filesystem::path log =
        std::filesystem::path(testing::TempDir()) / ("search-" + std::to_string(::getpid()));
    auto trials = Trials::start([&](const ReplayFile& file) -> Result<RunSetup> {
        std::ofstream(log, std::ios::app)
            << file.schedule << ' ' << file.schedule_seed << ' ' << file.operations.value_or(0)
            << ' ' << file.runs.size() << ' ' << file.titles.size() << '\n';
        return error("no run is wanted");
    });
    ASSERT_TRUE(trials);
    Interrupts interrupts;
    unsigned tries = 0;
    Effort effort(*trials, interrupts, std::chrono::seconds(300), [&](const std::string&) {
        if (++tries == 21) {
            interrupts.quit();
        }
    });
    ReplayFile like = replay_of(unlocked_counts(), {"0123456789abcdef", {}}, "");
    like.runs = {{0, 5}};
    const SearchResult result = search(like, {"one", "two"}, 1000, effort);
    EXPECT_TRUE(result.found.empty());
    EXPECT_EQ(result.tries, 21u);
    std::istringstream lines(content(log));
    std::filesystem::remove(log);
    std::set<std::string> schedules;
    u64 number = 0;
    std::string schedule;
    for (u64 seed = 0, operations = 0, runs = 0, titles = 0;
         lines >> schedule >> seed >> operations >> runs >> titles; ++number) {
        schedules.insert(schedule);
        EXPECT_EQ(seed, unlocked_counts().seed + number);
        EXPECT_EQ(operations, std::min<u64>(400, u64{100} << number / 7));
        EXPECT_EQ(runs, 0u);
        EXPECT_EQ(titles, 2u);
        EXPECT_EQ(schedules.size(), std::min<u64>(number + 1, 7));
    }
    EXPECT_EQ(number, 21u);
}

TEST(Search, what_is_found_is_kept_with_its_own_title_alone) {
    auto trials = Trials::start(run_of);
    ASSERT_TRUE(trials);
    Interrupts interrupts;
    Effort effort(*trials, interrupts, std::chrono::seconds(300), [&](const std::string& line) {
        if (line.contains("1 found, 1 not yet")) {
            interrupts.quit();
        }
    });
    const std::string title = "a frame on a free list has a count";
    const ReplayFile like = replay_of(unlocked_counts(), hash_of(guest_of(bug)).value(), "");
    const SearchResult result = search(like, {title, "what nobody ever finds"}, 400, effort);
    ASSERT_TRUE(result.found.contains(title));
    EXPECT_EQ(result.found.size(), 1u);
    EXPECT_EQ(result.found.at(title).titles, std::vector{title});
}

// A finding that shows whatever is tried: `make` says what each try is.
class Minimizing : public testing::Test {
protected:
    void start(const MakeSetup& make) {
        showing_seed();  // not in the processes that are started
        auto started = Trials::start(make);
        ASSERT_TRUE(started);
        trials_.emplace(std::move(*started));
    }
    Minimized go(ReplayFile file, std::chrono::seconds budget, u64 most_tries = ~u64{0}) {
        Effort effort(*trials_, interrupts_, budget,
                      [&, tries = u64{0}](const std::string&) mutable {
                          if (++tries == most_tries) {
                              interrupts_.quit();
                          }
                      });
        Minimized minimized = minimize(file, effort);
        over_ = effort.over();
        return minimized;
    }
    // As go(), up to the first try that is cheaper.
    Minimized go_until_cheaper(const ReplayFile& file) {
        std::string first;
        Effort effort(*trials_, interrupts_, std::chrono::seconds(300),
                      [&](const std::string& line) {
                          const std::string numbers = line.substr(line.find("tries"));
                          first = first.empty() ? numbers : first;
                          cheaper_ |= numbers != first;
                          if (cheaper_) {
                              interrupts_.quit();
                          }
                      });
        return minimize(file, effort);
    }
    static ReplayFile file(const std::string& title) {
        return replay_of(unlocked_counts(), hash_of(guest_of(bug)).value(), title);
    }
    static constexpr const char* title_ = shown_title;
    Interrupts interrupts_;
    std::optional<Trials> trials_;
    bool over_ = false, cheaper_ = false;
};

TEST_F(Minimizing, what_is_left_shows_again_and_is_as_small_as_is_told) {
    start(run_of);
    const Minimized minimized = go(file(title_), std::chrono::seconds(300), 160);
    ASSERT_TRUE(minimized.repeats);
    EXPECT_LT(minimized.after.system_calls, minimized.before.system_calls);
    EXPECT_LE(minimized.after.switches, minimized.before.switches);
    EXPECT_TRUE(replay_text(minimized.file));
    Interrupts others;
    Effort effort(*trials_, others, std::chrono::seconds(300), [](const std::string&) {});
    const auto again = effort.run({minimized.file});
    ASSERT_TRUE(again && again->shows(title_));
    EXPECT_EQ(again->system_calls, minimized.after.system_calls);
    EXPECT_EQ(again->switches, minimized.after.switches);
}

TEST_F(Minimizing, ends_where_nothing_becomes_cheaper_and_follows_no_turns_on_another_machine) {
    start([](const ReplayFile& tried) -> Result<RunSetup> {
        if (tried.cpus < 3 || (tried.cpus < 4 && !tried.runs.empty())) {
            return error("too few harts, or turns of another machine");
        }
        ReplayFile always = file("");
        always.operations = 400;
        RunSetup setup = run_of(always).value();
        setup.kernel = hostile_file("fails");
        setup.kernel_hash.clear();
        setup.audit = RunFacts::Audit::NotExpected;
        return setup;
    });
    ReplayFile given = file("the guest failed, saying: page N is gone");
    given.runs = {{0, 5}, {1, 5}};
    const Minimized minimized = go(given, std::chrono::seconds(300));
    EXPECT_TRUE(minimized.repeats);
    EXPECT_FALSE(over_);
    EXPECT_EQ(minimized.file.cpus, 3u) << "smaller at the same cost";
    EXPECT_EQ(minimized.file.memory, u64{16} << 20);
    EXPECT_EQ(minimized.file.schedule, "random:1000");
}

TEST_F(Minimizing, turns_that_fit_into_no_file_are_not_kept) {
    const ReplayFile given = file(title_);
    start([given](const ReplayFile& tried) -> Result<RunSetup> {
        ReplayFile but_for_its_turns = tried;
        but_for_its_turns.runs.clear();
        return but_for_its_turns == given ? run_of(tried) : error("turns are to be merged");
    });
    const Minimized minimized = go_until_cheaper(given);
    EXPECT_TRUE(cheaper_);
    EXPECT_EQ(minimized.file, given);
    EXPECT_EQ(minimized.after.switches, minimized.before.switches);
}

// A run of fewer operations, or under another schedule, that the finding shows in as well: 400
// under random:1000 cost the most.
Result<RunSetup> run_of(u64 operations, const std::string& schedule = "random:1000") {
    ReplayFile file = replay_of(unlocked_counts(), hash_of(guest_of(bug)).value(), "");
    file.operations = operations;
    file.schedule = schedule;
    return run_of(file);
}

TEST_F(Minimizing, a_schedule_and_a_seed_are_taken_that_are_cheaper) {
    const ReplayFile given = file(title_);
    start([given](const ReplayFile& tried) -> Result<RunSetup> {
        if (tried.schedule == "pct:2:1000" && tried.schedule_seed == 3) {
            return run_of(220);
        }
        return tried == given ? run_of(400) : error("only its schedule is to change");
    });
    const ReplayFile cheaper = go_until_cheaper(given).file;
    EXPECT_EQ(cheaper.schedule, "pct:2:1000");
    EXPECT_EQ(cheaper.schedule_seed, 3u);
}

TEST_F(Minimizing, fewer_system_calls_are_not_bought_with_more_switches) {
    const ReplayFile given = file(title_);
    start([given](const ReplayFile& tried) -> Result<RunSetup> {
        if (tried.schedule == "pct:2:1000") {
            return run_of(300, "random:700");  // fewer system calls, more switches
        }
        return tried == given ? run_of(400) : error("only its schedule is to change");
    });
    EXPECT_EQ(go(given, std::chrono::seconds(300), 150).file.schedule, given.schedule);
}

TEST_F(Minimizing, fewer_harts_may_cost_a_tenth_more_than_the_best_so_far) {
    ReplayFile given = file(title_);
    given.operations = 2;
    start([given](const ReplayFile& tried) -> Result<RunSetup> {
        if (tried.cpus < 3) {
            return run_of(tried.cpus == 1 ? 280 : 240);  // a quarter more, not quite a tenth more
        }
        return tried.operations == 1 ? run_of(220)
               : tried == given      ? run_of(400)
                                     : error("nothing else is to change");
    });
    const ReplayFile smaller = go(given, std::chrono::seconds(300), 20).file;
    EXPECT_EQ(smaller.operations, 1u);
    EXPECT_EQ(smaller.cpus, 2u);
}

TEST_F(Minimizing, fewer_harts_are_not_bought_with_more_system_calls) {
    start([](const ReplayFile& tried) -> Result<RunSetup> {
        ReplayFile run = file("");
        run.operations = tried.cpus < 4 ? 410 : 400;
        return run_of(run);
    });
    ReplayFile given = file(title_);
    given.operations = 1;  // no fewer
    const Minimized minimized = go(given, std::chrono::seconds(300), 15);
    EXPECT_TRUE(minimized.repeats);
    EXPECT_EQ(minimized.file.cpus, 4u);
}

TEST(MinimizedText, says_what_has_become_smaller) {
    ReplayFile original;
    original.cpus = 2;
    original.memory = u64{16} << 20;
    original.operations = 400;
    original.schedule = "random:1000";
    Minimized minimized;
    minimized.file = original;
    minimized.before.system_calls = 2995;
    minimized.before.switches = 8671;
    minimized.after.system_calls = 1091;
    minimized.after.switches = 83;
    minimized.tries = 335;
    minimized.seconds = 25.31;
    const std::string begin =
        "minimized in 335 tries, 25.3 s: 1,091 system calls (of 2,995) and 83 context switches (of "
        "8,671) are left; ";
    EXPECT_EQ(minimized_text(minimized, original), begin + "2 harts, 16M, random:1000, seed 0");
    minimized.file.operations = 128;
    minimized.file.runs = {{0, 5}, {1, 5}};
    EXPECT_EQ(minimized_text(minimized, original), begin + "2 harts, 16M, 128 operations, 2 turns");
}

TEST(Turns, looking_for_a_finding_does_not_change_the_run) {
    const Options options = unlocked_counts();
    RunSetup setup = setup_of(options, guest_of(bug));
    const auto plain = run_quietly(setup);
    setup.wanted = {"what nobody ever finds"};
    setup.wanted_enough = 1;
    setup.keep_turns = true;
    const auto looked = run_quietly(setup);
    ASSERT_TRUE(plain && looked);
    EXPECT_EQ(plain->instructions, looked->instructions);
    EXPECT_EQ(plain->switches, looked->switches);
    EXPECT_EQ(plain->system_calls, looked->system_calls);
    EXPECT_GT(looked->system_calls, 400u);
    setup.runs = looked->turns;
    const auto followed = run_quietly(setup);
    ASSERT_TRUE(followed);
    EXPECT_EQ(followed->instructions, plain->instructions);
    EXPECT_EQ(followed->switches, plain->switches);
    EXPECT_EQ(followed->turns, looked->turns);
}

}  // namespace
}  // namespace stampede
