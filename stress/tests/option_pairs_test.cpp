// Every option of the table together with every way of running more or other than one workload
// once: it is honoured, or it is refused by name, and never ignored.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "harts/guests/shelf.h"
#include "stress/options/option_table.h"
#include "stress/plan.h"
#include "stress/replay/replay.h"
#include "stress/replay/replay_command.h"

namespace stampede {
namespace {

using testing::HasSubstr;

using Words = std::map<std::string, std::string>;  // an option's name and its value

std::unique_ptr<RaceDetection> no_races(Machine&, const ElfImage&, Drive) { return nullptr; }

Finding a_race() {
    Finding finding;
    finding.kind = FindingKind::race;
    finding.stacks.push_back({"hart 0", {{"held_back", "a.c", 1, 0x1000}}});
    return finding;
}

// Everything that acts in a run.
std::string text_of(const RunSetup& setup) {
    std::map<std::string, u64> suppressed;
    (void)setup.suppressions.apply({a_race()}, suppressed);
    return fmt::format(
        "{} harts, {} bytes, time {}, {}, {}, {}, {} of {}, {} turns, race {}, suppressed {}, "
        "trace {}, limit {}, {} findings, wanted {}, expect {}, fail on {}, call {} fails, {} at "
        "{}, "
        "{}\n",
        setup.machine.harts, setup.machine.memory, static_cast<int>(setup.machine.time),
        setup.machine.bootargs, setup.kernel.string(), setup.user_program.string(),
        setup.schedule.text(), setup.seed, setup.runs.size(), setup.race != nullptr,
        suppressed.size(), setup.trace.value_or(""),
        setup.limit.value_or(std::chrono::milliseconds(0)).count(), setup.max_findings,
        setup.wanted.size(), setup.expect.value_or(""), setup.fail_on.value_or(""),
        setup.failing_call ? setup.failing_call->number : 0, setup.line,
        static_cast<int>(setup.watch_from), setup.said.counts ? setup.said.counts->name : "");
}

// Everything that acts in what the command line comes to: its runs, how many of which kind, and the
// files to write.
std::string text_of(const Plan& plan) {
    const Options& options = plan.options;
    const ReplayFile file = plan.replay ? *plan.replay : replay_of(options, plan.hashes, "a title");
    const auto trial = plan.trial_setup(file);
    std::string text =
        text_of(plan.setup()) + (trial ? text_of(*trial) : trial.error().message + "\n");
    const bool minimizes = plan.way() == Way::Minimize || plan.minimizes_findings();
    text += fmt::format("task {}, way {}, {} times, search {}, minimize for {}\n",
                        static_cast<int>(options.task), static_cast<int>(plan.way()),
                        plan.way() == Way::Repeat ? options.times : 1,
                        plan.search_time().value_or(std::chrono::seconds(0)).count(),
                        minimizes ? minimizing_time(options).count() : 0);
    for (const OptionRow& row : option_rows()) {
        text += row.part == Part::Output
                    ? fmt::format("{} {}\n", row.name, row.write(options).value_or(""))
                    : "";
    }
    return text;
}

class OptionPairs : public testing::Test {
protected:
    OptionPairs()
        : folder_(std::filesystem::path(testing::TempDir()) /
                  ("pairs-" + std::to_string(::getpid()))) {
        std::filesystem::create_directories(folder_);
        std::ofstream(folder_ / "file") << "race:held_back | a reason\n";
        std::ofstream(folder_ / "description") << "counts none\n";
        std::ofstream(folder_ / "replay") << replay_text(replay()).value();
    }
    ~OptionPairs() override { std::filesystem::remove_all(folder_); }

    [[nodiscard]] std::string path(const std::string& name) const {
        return (folder_ / name).string();
    }

    static ReplayFile replay() {
        Options options;
        options.workload = "cowtest";
        options.cpus = 2;
        options.schedule = ScheduleSpec::parse("random:1000").value();
        return replay_of(options,
                         hash_of(Shelf::beside_program().kernel(default_kernel).value()).value(),
                         "a title");
    }

    // A value of that shape, and none that anything else in here has.
    [[nodiscard]] std::string value_of(const OptionRow& row) const {
        const Words of_somebody_else{{"xv6", STAMPEDE_XV6_LIKE "/modern"},
                                     {"kernel", STAMPEDE_XV6_LIKE "/modern/kernel/kernel"},
                                     {"disk", STAMPEDE_XV6_LIKE "/modern/fs.img"},
                                     {"description", path("description")}};
        if (const auto own = of_somebody_else.find(std::string(row.name));
            own != of_somebody_else.end()) {
            return own->second;
        }
        const Words values{{"", ""},
                           {"N", "3"},
                           {"S", "11"},
                           {"SIZE", "64M"},
                           {"TIME", "7s"},
                           {"MODE", "warp"},
                           {"NAME", "eager"},
                           {"TEXT", "word=1"},
                           {"DIR", path("d")},
                           {"PLACE", "reset"},
                           {"REGEX", "some.*thing"},
                           {"FILE", path("file")},
                           {"PATH", path("replay")},
                           {"SCHEDULE", "round-robin:77"},
                           {"WORKLOAD", "simplefork"}};
        const auto value = values.find(std::string(row.shape));
        EXPECT_NE(value, values.end())
            << row.spelling() << ": a value like " << row.shape << " is missing in this test";
        return value == values.end() ? "" : value->second;
    }

    static std::expected<Options, EarlyExit> parse(const Words& words) {
        std::vector<std::string> argv{"stress"};
        for (const OptionRow& row : option_rows()) {
            if (const auto word = words.find(std::string(row.name)); word != words.end()) {
                if (!row.is_positional()) {
                    argv.push_back(row.spelling());
                }
                if (!row.is_flag()) {
                    argv.push_back(word->second);
                }
            }
        }
        std::vector<const char*> pointers;
        for (const std::string& word : argv) {
            pointers.push_back(word.c_str());
        }
        return parse_options(static_cast<int>(pointers.size()), pointers.data());
    }

    // The plan, or why there is none.
    static std::expected<Plan, std::string> plan(const Words& words) {
        const auto options = parse(words);
        if (!options) {
            return std::unexpected(options.error().text);
        }
        std::optional<ReplayFile> file;
        if (options->replay) {
            file = read_replay(*options->replay).value();
        }
        const Result<Options> settled =
            file ? replayed(*options, *file, *options->replay) : *options;
        if (!settled) {
            return std::unexpected(settled.error().message);
        }
        const auto made = make_plan(*settled, {"stress"}, file, no_races);
        return made ? std::expected<Plan, std::string>(*made) : std::unexpected(made.error().text);
    }

    // Of such a command line with each option of the table, that it does not have yet or with
    // another value. `way`: the option that makes it what it is, "" a plain run.
    void walk(const Words& base, const std::string& way) {
        const auto without = plan(base);
        ASSERT_TRUE(without) << without.error();
        for (const OptionRow& row : option_rows()) {
            const std::string name(row.name);
            if (name == "replay" ? base.contains(name) || way.empty() : way == row.spelling()) {
                continue;
            }
            Words words = base;
            words[name] = value_of(row);
            const auto with = plan(words);
            if (with) {
                EXPECT_NE(text_of(*with), text_of(*without))
                    << way << " ignores " << row.spelling();
                ++honoured_;
            } else {
                const std::string& refusal = with.error();
                EXPECT_THAT(refusal, HasSubstr(row.spelling()));
                // or it is only for kernels of somebody else
                const bool wants_more = refusal.contains("expected with --");
                EXPECT_TRUE(way.empty() || wants_more ||
                            std::ranges::any_of(base,
                                                [&](const auto& word) {
                                                    return word.first == "replay"
                                                               ? refusal.contains("--replay") ||
                                                                     refusal.contains(word.second)
                                                               : word.first != "workload" &&
                                                                     refusal.contains("--" +
                                                                                      word.first);
                                                }))
                    << refusal << "does not name what it clashes with";
                ++refused_;
            }
        }
        const std::size_t left_out = 1 + (way != "--replay" && base.contains("replay") ? 1 : 0);
        EXPECT_EQ(honoured_ + refused_ + left_out, option_rows().size());
        EXPECT_GT(honoured_, 5u);
        EXPECT_GT(refused_, 2u);
    }

    std::filesystem::path folder_;
    std::size_t honoured_ = 0, refused_ = 0;
};

TEST_F(OptionPairs, alone) {
    walk({{"cpus", "2"},
          {"seed", "5"},
          {"findings", path("findings")},
          {"schedule", "random:1000"},
          {"workload", "cowtest"}},
         "");
}

TEST_F(OptionPairs, with_a_replay) { walk({{"replay", path("replay")}}, "--replay"); }

TEST_F(OptionPairs, with_a_replay_that_is_repeated) {
    walk({{"replay", path("replay")}, {"times", "2"}}, "--times");
}

TEST_F(OptionPairs, with_a_replay_that_is_minimized) {
    walk({{"replay", path("replay")}, {"minimize", ""}}, "--minimize");
}

TEST_F(OptionPairs, with_a_search) {
    walk({{"search", "5s"},
          {"cpus", "2"},
          {"seed", "5"},
          {"findings", path("findings")},
          {"workload", "cowtest"}},
         "--search");
}

TEST_F(OptionPairs, with_a_kernel_of_somebody_else) {
    walk({{"xv6", STAMPEDE_XV6_LIKE "/legacy"},
          {"cpus", "2"},
          {"seed", "5"},
          {"findings", path("findings")},
          {"schedule", "random:1000"},
          {"workload", "cowstorm"}},
         "");
}

TEST_F(OptionPairs, with_each_allocation_failing) {
    walk({{"fail-allocations", ""},
          {"cpus", "2"},
          {"seed", "5"},
          {"findings", path("findings")},
          {"schedule", "random:1000"},
          {"workload", "cowtest"}},
         "--fail-allocations");
}

// What a guest can see stands in the replay file; said once more, it has to be the same.
TEST_F(OptionPairs, what_a_replay_file_settles_may_be_said_again_and_not_otherwise) {
    const Options options = replayed({}, replay(), "").value().complete();
    for (const OptionRow& row : option_rows()) {
        const std::optional<std::string> same = row.write(options);
        if (row.part != Part::Guest || row.is_flag() || !same || same->empty()) {
            continue;
        }
        EXPECT_TRUE(plan({{"replay", path("replay")}, {std::string(row.name), *same}}))
            << row.spelling();
        const auto other =
            plan({{"replay", path("replay")}, {std::string(row.name), value_of(row)}});
        ASSERT_FALSE(other) << row.spelling();
        EXPECT_THAT(other.error(), HasSubstr(row.spelling() + " " + *same +
                                             ", but the command line says " + value_of(row)));
    }
}

TEST_F(OptionPairs, what_is_not_in_the_replay_file_is_refused_as_well) {
    const auto allocation = plan({{"replay", path("replay")}, {"fail-allocation", "7"}});
    ASSERT_FALSE(allocation);
    EXPECT_THAT(allocation.error(), HasSubstr("no --fail-allocation, but the command line says 7"));
    const auto all = plan({{"replay", path("replay")}, {"fail-allocations", ""}});
    ASSERT_FALSE(all);
    EXPECT_THAT(all.error(), HasSubstr("--fail-allocations with --replay: "));
}

TEST_F(OptionPairs, a_replay_file_holds_every_option_that_the_guest_sees) {
    for (const OptionRow& row : option_rows()) {
        if (row.part != Part::Guest) {
            continue;
        }
        Options options = replayed({}, replay(), "").value();
        if (!row.is_for(options)) {  // only for a kernel of somebody else
            options.kernel_file = path("file");
        }
        ASSERT_TRUE(row.read(options, value_of(row)));
        const ReplayFile file =
            parse_replay(replay_text(replay_of(options, {replay().kernel, {}}, "a title")).value(),
                         "file")
                .value();
        const Result<Options> again = replayed({}, file, "file");
        ASSERT_TRUE(again) << again.error().message;
        EXPECT_EQ(row.write(*again), row.write(options)) << row.spelling();
        EXPECT_FALSE(row.is_default(*again)) << row.spelling();
    }
}

TEST_F(OptionPairs, the_command_that_runs_it_again_says_every_option_that_has_a_part_in_it) {
    for (const OptionRow& row : option_rows()) {
        const std::string name(row.name);
        if (row.part == Part::Output || row.part == Part::How) {
            continue;
        }
        Words words{{"workload", "forkbomb"}};
        words[name] = value_of(row);
        if (!row.is_for(Options())) {  // only for a kernel of somebody else
            words["kernel"] = path("file");
        }
        if (name == "schedule-seed") {
            words["schedule"] = "random";
        }
        if (name == "replay") {
            words.erase("workload");
        }
        const auto options = parse(words);
        ASSERT_TRUE(options) << options.error().text;
        const std::vector<std::string> rerun = options->rerun("stress");
        std::vector<const char*> pointers;
        for (const std::string& word : rerun) {
            pointers.push_back(word.c_str());
        }
        const auto again = parse_options(static_cast<int>(pointers.size()), pointers.data());
        ASSERT_TRUE(again) << again.error().text;
        EXPECT_EQ(row.write(*again), row.write(*options)) << row.spelling();
        EXPECT_TRUE(again->given.contains(name)) << row.spelling();
    }
}

}  // namespace
}  // namespace stampede
