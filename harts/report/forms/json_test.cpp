#include "harts/report/forms/json.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "harts/report/test_findings.h"

namespace stampede {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* full_json = R"({
  "schema": "stampede.finding/1",
  "kind": "audit",
  "title": "count is one too high",
  "key": "KEY",
  "detail": "frame 0x80123000: count 3, but 2 user mappings",
  "where": {
    "function": "kernel::share",
    "file": "kernel/mm/space.cpp",
    "line": 42,
    "pc": "0xffffffc000001234",
    "hart": 3,
    "pid": 17
  },
  "stacks": [
    {
      "role": "hart 3",
      "frames": [
        {
          "function": "kernel::share",
          "file": "kernel/mm/space.cpp",
          "line": 42,
          "pc": "0xffffffc000001234"
        },
        {
          "function": "kernel::fork",
          "file": "",
          "line": 0,
          "pc": "0x10"
        }
      ],
      "hart": null,
      "pid": null,
      "access": "",
      "address": "",
      "locks": null,
      "notes": []
    }
  ],
  "count": 2,
  "reproduce": [
    "stress",
    "--seed",
    "5",
    "fork bomb"
  ]
}
)";

std::string replaced(std::string text, const std::string& what, const std::string& with) {
    const std::size_t at = text.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    return text.replace(at, what.size(), with);
}

TEST(FindingJson, has_every_field_in_one_order) {
    EXPECT_EQ(finding_json(full_finding()), replaced(full_json, "KEY", full_finding().key()));
}

TEST(FindingJson, what_is_not_known_is_null_or_empty) {
    const auto json = nlohmann::json::parse(finding_json(bare_finding()));
    EXPECT_TRUE(json["where"]["hart"].is_null());
    EXPECT_TRUE(json["where"]["pid"].is_null());
    EXPECT_EQ(json["stacks"], nlohmann::json::array());
    EXPECT_EQ(json["reproduce"], nlohmann::json::array());
    EXPECT_EQ(json["count"], 1);
}

TEST(FindingJson, survives_a_round_trip) {
    for (const Finding& finding : {full_finding(), race_finding(), bare_finding()}) {
        const std::string text = finding_json(finding);
        const Result<Finding> read = parse_finding(text, "f");
        ASSERT_TRUE(read) << read.error().message;
        EXPECT_EQ(finding_json(*read), text);
        EXPECT_EQ(read->where.hart, finding.where.hart);
        EXPECT_EQ(read->where.source.pc, finding.where.source.pc);
    }
}

TEST(FindingJson, a_party_to_a_race_says_what_it_did_and_held) {
    const auto json = nlohmann::json::parse(finding_json(race_finding()));
    const auto& write = json["stacks"][0];
    EXPECT_EQ(write["hart"], 1);
    EXPECT_EQ(write["pid"], 7);
    EXPECT_EQ(write["access"], "write of 4 bytes");
    EXPECT_EQ(write["address"], "kernel::counts+0x18");
    EXPECT_EQ(write["locks"], nlohmann::json({"kernel::processes[3].lock", "kernel::kmem"}));
    EXPECT_EQ(write["notes"], nlohmann::json({"frame 6, owner user"}));
    // none, which is not the same as not known
    EXPECT_EQ(json["stacks"][1]["locks"], nlohmann::json::array());
    EXPECT_TRUE(json["stacks"][1]["pid"].is_null());
}

TEST(FindingJson, a_stack_of_role_and_frames_alone_is_read) {
    auto json = nlohmann::json::parse(finding_json(race_finding()));
    for (const char* field : {"hart", "pid", "access", "address", "locks", "notes"}) {
        json["stacks"][0].erase(field);
    }
    const Result<Finding> read = parse_finding(json.dump(), "f");
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->stacks[0].role, "this write");
    EXPECT_EQ(read->stacks[0].hart, std::nullopt);
    EXPECT_EQ(read->stacks[0].locks, std::nullopt);
    EXPECT_EQ(read->stacks[1].locks, std::vector<std::string>{});
}

TEST(FindingJson, bytes_that_are_no_text_do_not_spoil_it) {
    Finding finding = bare_finding();
    finding.detail = "from the guest: \xff\xfe \x01 \"quoted\"\n";
    const auto json = nlohmann::json::parse(finding_json(finding));
    EXPECT_EQ(json["detail"], "from the guest: \xef\xbf\xbd\xef\xbf\xbd \x01 \"quoted\"\n");
}

TEST(FindingJson, what_does_not_fit_is_named) {
    const std::string good = finding_json(full_finding());
    const auto error_of = [](const std::string& text) {
        const Result<Finding> read = parse_finding(text, "f/finding.json");
        return read ? "no error" : read.error().message;
    };
    EXPECT_THAT(error_of(""), StartsWith("f/finding.json: "));
    EXPECT_THAT(error_of("[1, 2]"), StartsWith("f/finding.json: "));
    EXPECT_THAT(
        error_of(replaced(good, "finding/1", "finding/2")),
        AllOf(HasSubstr("\"stampede.finding/2\""), HasSubstr("expected \"stampede.finding/1\"")));
    EXPECT_THAT(error_of(replaced(good, "\"audit\"", "\"odd\"")), HasSubstr("kind \"odd\""));
    EXPECT_THAT(error_of(replaced(good, "\"count\": 2", "\"count\": \"two\"")),
                HasSubstr("count of \"two\""));
    EXPECT_THAT(error_of(replaced(good, "\"title\"", "\"titel\"")), HasSubstr("'title' not found"));
    EXPECT_THAT(error_of(replaced(good, "\"0x10\"", "\"16\"")), HasSubstr("a pc of \"16\""));
    EXPECT_THAT(error_of(replaced(good, "\"0x10\"", "\"0x\"")), HasSubstr("a pc of \"0x\""));
    EXPECT_THAT(error_of(replaced(good, "\"line\": 42", "\"line\": -1")), HasSubstr("line of -1"));
}

TEST(RunJson, has_every_field_in_one_order) {
    RunReport report;
    report.command = {"stress", "--cpus", "2", "forkbomb"};
    report.version = "0.1.0";
    report.host = {2, "a processor"};
    report.options = {{"cpus", "2"}, {"memory", "128M"}};
    report.verdict = Verdict::Findings;
    report.exit_status = 2;
    report.wall_s = 1.5;
    report.cpu_s = 2.25;
    report.instructions = {1000, 18446744073709551615u};
    report.operations = {{"forkbomb", 77}};
    report.frames = {32768, 30000, 29999, 1234};
    report.cow = {5, 6, 7};
    report.suppressed = {{"known race", 3}};
    report.oracles = {{"console", ""}, {"races", "no --race"}};
    EXPECT_EQ(run_json(report), R"({
  "schema": "stampede.run/1",
  "command": [
    "stress",
    "--cpus",
    "2",
    "forkbomb"
  ],
  "version": "0.1.0",
  "host": {
    "cores": 2,
    "model": "a processor"
  },
  "options": {
    "cpus": "2",
    "memory": "128M"
  },
  "verdict": "findings",
  "exit_status": 2,
  "wall_s": 1.5,
  "cpu_s": 2.25,
  "instructions": [
    1000,
    18446744073709551615
  ],
  "operations": {
    "forkbomb": 77
  },
  "frames": {
    "total": 32768,
    "free_before": 30000,
    "free_after": 29999,
    "peak": 1234
  },
  "cow": {
    "copied": 5,
    "taken_over": 6,
    "oom_kills": 7
  },
  "findings": [],
  "suppressed": {
    "known race": 3
  },
  "oracles": [
    {
      "name": "console",
      "on": true,
      "why_off": ""
    },
    {
      "name": "races",
      "on": false,
      "why_off": "no --race"
    }
  ]
}
)");
}

TEST(RunJson, its_oracles_are_read_back_and_an_older_one_has_none) {
    RunReport report;
    report.oracles = {{"console", ""}, {"races", "no --race"}};
    const auto read = parse_run_oracles(run_json(report), "run.json");
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, report.oracles);
    EXPECT_EQ(
        parse_run_oracles(R"({"schema":"stampede.run/1"})", "run.json").value_or(report.oracles),
        std::vector<OracleReport>());
    for (const char* text : {"", "[]", R"({"oracles": [{"name": 3}]})"}) {
        const auto refused = parse_run_oracles(text, "run.json");
        ASSERT_FALSE(refused) << text;
        EXPECT_THAT(refused.error().message, StartsWith("run.json: "));
    }
}

TEST(RunJson, says_what_was_inferred_of_a_kernel_that_tells_nothing) {
    RunReport report;
    EXPECT_FALSE(nlohmann::json::parse(run_json(report)).contains("guest"));
    report.inferred = {{"counts", true, "refs[pa/4096]"}, {"marker", false, "no bit"}};
    const nlohmann::json inferred =
        nlohmann::json::parse(run_json(report)).at("guest").at("inferred");
    EXPECT_EQ(inferred.at("counts"), (nlohmann::json{{"found", true}, {"how", "refs[pa/4096]"}}));
    EXPECT_EQ(inferred.at("marker").at("found"), false);
}

TEST(RunJson, carries_its_findings_and_its_error) {
    RunReport report;
    report.findings = {full_finding(), bare_finding()};
    report.verdict = Verdict::Error;
    report.error = "kernel.elf: is a directory";
    const auto json = nlohmann::json::parse(run_json(report));
    EXPECT_EQ(json["findings"].size(), 2u);
    EXPECT_EQ(json["findings"][0], nlohmann::json::parse(finding_json(full_finding())));
    EXPECT_EQ(json["verdict"], "error");
    EXPECT_EQ(json["error"], "kernel.elf: is a directory");
    EXPECT_EQ(json["operations"], nlohmann::json::object());
    EXPECT_EQ(json["instructions"], nlohmann::json::array());
}

TEST(RunReport, knows_its_host) { EXPECT_GE(HostInfo::of_this_host().cores, 1u); }

}  // namespace
}  // namespace stampede
