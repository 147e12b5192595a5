#include "harts/report/forms/sarif.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "harts/report/finding_kind.h"
#include "harts/report/forms/artifact_uri.h"
#include "harts/report/forms/sarif_message.h"
#include "harts/report/test_findings.h"

namespace stampede {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const SarifPlaces places{"/home/me/kernel", "kernel/user/workloads.txt"};

RunReport run(std::vector<Finding> findings) {
    RunReport report;
    report.command = {"bin/stress", "--seed", "5", "fork bomb"};
    report.version = "0.1.0";
    report.options = {{"workload", "forkbomb"}, {"policy", "kmem"}, {"seed", "5"}};
    report.verdict = findings.empty() ? Verdict::Passed : Verdict::Findings;
    report.exit_status = findings.empty() ? 0 : 2;
    report.findings = std::move(findings);
    report.suppressed = {{"xv6 holding()", 12}};
    return report;
}

json sarif_of(const RunReport& report) { return json::parse(sarif_json(report, places)); }
json only_result(const Finding& finding) {
    return sarif_of(run({finding}))["runs"][0]["results"][0];
}

// What SARIF 2.1.0 and code hosts require of a file, as GitHub's "SARIF support for code scanning"
// lists it: required properties are there and not empty, closed sets hold, limits are kept.
class Requirements {
public:
    static std::vector<std::string> missed_by(const json& log) {
        Requirements check;
        check.log(log);
        return check.missed_;
    }

private:
    void require(bool holds, const std::string& what) {
        if (!holds) {
            missed_.push_back(what);
        }
    }
    // The text at this pointer, required and not empty.
    std::string text(const json& object, const std::string& pointer, std::size_t most = 10'000) {
        const json::json_pointer at(pointer);
        const bool there = object.contains(at) && object[at].is_string();
        const std::string value = there ? object[at].get<std::string>() : "";
        require(!value.empty() && value.size() <= most, pointer);
        return value;
    }
    void one_of(const std::string& value, const std::set<std::string>& allowed,
                const std::string& what) {
        require(allowed.contains(value), what + " " + value);
    }
    void number(const json& object, const std::string& pointer, i64 least) {
        const json::json_pointer at(pointer);
        require(object.contains(at) && object[at].is_number_integer() && object[at] >= least,
                pointer);
    }

    void log(const json& log) {
        require(std::regex_match(text(log, "/$schema"),
                                 std::regex("https://.*sarif.*2\\.1\\.0.*\\.json")),
                "schema");
        require(text(log, "/version") == "2.1.0", "version");
        require(log["runs"].is_array() && log["runs"].size() == 1, "one run");
        for (const json& one : log["runs"]) {
            run(one);
        }
    }
    void run(const json& run) {
        text(run, "/tool/driver/name");
        const std::regex semantic("[0-9]+\\.[0-9]+\\.[0-9]+");
        require(std::regex_match(text(run, "/tool/driver/semanticVersion"), semantic),
                "semantic version");
        require(text(run, "/automationDetails/id").ends_with('/'), "a category");
        const json& rules = run["tool"]["driver"]["rules"];
        require(rules.is_array() && !rules.empty() && rules.size() <= 25'000, "rules");
        for (const json& one : rules) {
            rule(one);
        }
        require(run["invocations"].size() == 1 &&
                    run["invocations"][0]["executionSuccessful"].is_boolean(),
                "invocation");
        require(run["results"].is_array() && run["results"].size() <= 25'000, "results");
        std::set<std::string> identities;
        for (const json& one : run["results"]) {
            result(one, rules);
            identities.insert(one["partialFingerprints"].dump());
        }
        require(identities.size() == run["results"].size(), "identities that differ");
    }
    void rule(const json& rule) {
        require(ids_.insert(text(rule, "/id")).second, "a rule's own id");
        text(rule, "/name", 255);
        text(rule, "/shortDescription/text", 1024);
        text(rule, "/fullDescription/text", 1024);
        text(rule, "/help/text");
        one_of(text(rule, "/defaultConfiguration/level"), {"note", "warning", "error"}, "level");
        one_of(text(rule, "/properties/precision"), {"very-high", "high", "medium", "low"},
               "precision");
        one_of(text(rule, "/properties/problem.severity"), {"error", "warning", "recommendation"},
               "severity");
        const json& tags = rule["properties"]["tags"];
        require(tags.is_array() && tags.size() <= 10, "tags");
        const bool security = std::ranges::find(tags, "security") != tags.end();
        require(security == rule["properties"].contains("security-severity"),
                "security's tag and severity together");
        if (security) {
            const std::string severity = text(rule, "/properties/security-severity");
            require(std::regex_match(severity, std::regex("([0-9]|10)\\.[0-9]")) &&
                        std::stod(severity) > 0 && std::stod(severity) <= 10,
                    "security-severity " + severity);
        }
    }
    void result(const json& result, const json& rules) {
        const std::string id = text(result, "/ruleId");
        number(result, "/ruleIndex", 0);
        require(result["ruleIndex"] < rules.size() &&
                    rules[result["ruleIndex"].get<std::size_t>()]["id"] == id,
                "the rule at ruleIndex");
        one_of(text(result, "/level"), {"none", "note", "warning", "error"}, "level");
        const std::string message = text(result, "/message/text", longest_sarif_message);
        text(result, "/partialFingerprints/primaryLocationLineHash", 100);
        require(result["locations"].is_array() && result["locations"].size() == 1, "one location");
        for (const json& one : result["locations"]) {
            location(one);
        }
        std::set<std::string> link_targets;
        for (const json& one : result.value("relatedLocations", json::array())) {
            number(one, "/id", 0);
            require(link_targets.insert(one["id"].dump()).second, "ids that differ");
            text(one, "/message/text");
            location(one);
        }
        require(link_targets.size() <= 100, "related locations");
        flows(result.value("codeFlows", json::array()));
        for (const json& stack : result.value("stacks", json::array())) {
            require(stack["frames"].is_array(), "frames");
        }
        const std::regex link("\\]\\(([^)]*)\\)");
        for (std::sregex_iterator at(message.begin(), message.end(), link), end; at != end; ++at) {
            require(link_targets.contains((*at)[1]), "a link's target " + (*at)[1].str());
        }
    }
    void flows(const json& code_flows) {
        std::size_t steps = 0;
        for (const json& flow : code_flows) {
            require(!flow["threadFlows"].empty(), "thread flows");
            for (const json& thread : flow["threadFlows"]) {
                require(!thread["locations"].empty(), "a thread flow's locations");
                for (const json& step : thread["locations"]) {
                    location(step["location"]);
                    ++steps;
                }
            }
        }
        require(steps <= 1000, "steps");
    }
    void location(const json& location) {
        const std::string uri = text(location, "/physicalLocation/artifactLocation/uri");
        const std::regex reference("(file:///)?([A-Za-z0-9._~!$&'()*+,;=@/-]|%[0-9A-F]{2})+");
        require(std::regex_match(uri, reference) && uri.find("..") == std::string::npos,
                "uri " + uri);
        for (const char* field : {"startLine", "startColumn", "endLine", "endColumn"}) {
            number(location, std::string("/physicalLocation/region/") + field, 1);
        }
    }

    std::set<std::string> ids_;
    std::vector<std::string> missed_;
};

std::vector<Finding> one_of_each_kind() {
    std::vector<Finding> findings;
    for (const auto& [kind, name] : finding_kind_names) {
        Finding& finding = findings.emplace_back(full_finding());
        finding.kind = kind;
        finding.title = std::string("a finding: ") + std::string(name);
    }
    return findings;
}

TEST(Sarif, has_what_code_hosts_require) {
    EXPECT_THAT(Requirements::missed_by(sarif_of(run(one_of_each_kind()))), ElementsAre());
    EXPECT_THAT(
        Requirements::missed_by(sarif_of(run({full_finding(), race_finding(), bare_finding()}))),
        ElementsAre());
    EXPECT_THAT(Requirements::missed_by(sarif_of(run({}))), ElementsAre());
}

TEST(Sarif, the_requirements_see_what_is_not_there) {
    const json good = sarif_of(run({race_finding()}));
    for (const char* pointer :
         {"/$schema", "/version", "/runs/0/tool/driver/name", "/runs/0/tool/driver/rules",
          "/runs/0/tool/driver/rules/3/id", "/runs/0/tool/driver/rules/3/help/text",
          "/runs/0/tool/driver/rules/3/fullDescription", "/runs/0/results/0/message",
          "/runs/0/results/0/locations", "/runs/0/results/0/partialFingerprints",
          "/runs/0/results/0/locations/0/physicalLocation/region/startLine",
          "/runs/0/results/0/relatedLocations/1/id", "/runs/0/automationDetails/id"}) {
        json bad = good;
        bad[json::json_pointer(pointer)] = nullptr;
        EXPECT_THAT(Requirements::missed_by(bad), Not(ElementsAre())) << pointer;
    }
}

TEST(Sarif, a_result_is_the_finding) {
    const json result = only_result(full_finding());
    EXPECT_EQ(result["ruleId"], "audit");
    EXPECT_EQ(result["level"], "error");
    EXPECT_EQ(result["occurrenceCount"], 2);
    EXPECT_THAT(
        std::string(result["message"]["text"]),
        StartsWith("count is one too high.\n\nframe 0x80123000: count 3, but 2 user mappings\n\n"
                   "To run it again: stress --seed 5 'fork bomb'\n\n"
                   "[hart 3](1): kernel::share at kernel/mm/space.cpp:42"));
    const json& physical = result["locations"][0]["physicalLocation"];
    EXPECT_EQ(physical["artifactLocation"]["uri"], "kernel/mm/space.cpp");
    EXPECT_EQ(physical["region"]["startLine"], 42);
    EXPECT_EQ(result["relatedLocations"][0]["id"], 1);
    EXPECT_EQ(result["relatedLocations"][0]["physicalLocation"], physical);
    EXPECT_EQ(result["stacks"][0]["frames"].size(), 2u);
    // Steps lead inwards, and only where there is a source file.
    EXPECT_EQ(result["codeFlows"][0]["threadFlows"][0]["locations"].size(), 1u);
}

TEST(Sarif, both_parties_to_a_race_are_there) {
    const json result = only_result(race_finding());
    EXPECT_THAT(
        std::string(result["message"]["text"]),
        AllOf(
            HasSubstr("[this write](1), hart 1, pid 7: kernel::drop at kernel/policy/kmem.cpp:70"),
            HasSubstr(
                "; write of 4 bytes at kernel::counts+0x18; holds kernel::processes[3].lock, "),
            HasSubstr("[earlier read](2), hart 2: "), HasSubstr("; holds no lock.")));
    EXPECT_EQ(result["stacks"][0]["properties"]["locks"][1], "kernel::kmem");
    EXPECT_EQ(result["stacks"][1]["properties"]["locks"], json::array());
    EXPECT_EQ(result["stacks"][1]["frames"][0]["threadId"], 2);
    EXPECT_EQ(result["codeFlows"][0]["threadFlows"].size(), 2u);
}

TEST(Sarif, the_identity_is_the_title_alone) {
    Finding elsewhere = full_finding();
    elsewhere.detail = "another address";
    elsewhere.where.source.line = 43;
    Finding other = full_finding();
    other.title = "count is one too low";
    const json identity = only_result(full_finding())["partialFingerprints"];
    EXPECT_EQ(only_result(elsewhere)["partialFingerprints"], identity);
    EXPECT_NE(only_result(other)["partialFingerprints"], identity);
}

TEST(Sarif, a_finding_without_a_file_is_shown_at_the_nearest_one) {
    Finding finding = full_finding();
    finding.where.source = {"memcpy", "", 0, 0x44};
    EXPECT_EQ(only_result(finding)["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
              "kernel/mm/space.cpp");
    finding.stacks.clear();
    const json location = only_result(finding)["locations"][0];
    EXPECT_EQ(location["physicalLocation"]["artifactLocation"]["uri"], "kernel/user/workloads.txt");
    EXPECT_EQ(location["physicalLocation"]["region"]["startLine"], 1);
    EXPECT_EQ(location["logicalLocations"][0]["fullyQualifiedName"], "memcpy");
}

TEST(Sarif, a_file_without_a_line_is_shown_at_its_beginning) {
    Finding finding = full_finding();
    finding.where.source.line = 0;
    EXPECT_EQ(only_result(finding)["locations"][0]["physicalLocation"]["region"]["startLine"], 1);
    EXPECT_THAT(Requirements::missed_by(sarif_of(run({finding}))), ElementsAre());
}

TEST(Sarif, the_run_says_how_it_ended_and_what_was_suppressed) {
    const json passed = sarif_of(run({}))["runs"][0];
    EXPECT_EQ(passed["results"], json::array());
    EXPECT_EQ(passed["properties"]["suppressed"], json({{"xv6 holding()", 12}}));
    EXPECT_EQ(passed["properties"]["options"]["seed"], "5");
    EXPECT_EQ(passed["automationDetails"]["id"], "stampede/forkbomb/kmem/");
    EXPECT_EQ(passed["invocations"][0]["commandLine"], "bin/stress --seed 5 'fork bomb'");
    EXPECT_EQ(passed["invocations"][0]["arguments"], json({"--seed", "5", "fork bomb"}));
    const json found = sarif_of(run({bare_finding()}))["runs"][0]["invocations"][0];
    EXPECT_EQ(found["executionSuccessful"], true);
    EXPECT_EQ(found["exitCode"], 2);
    RunReport broken;
    broken.version = "0.1.0";
    broken.verdict = Verdict::Error;
    broken.exit_status = 1;
    broken.error = "kernel.elf: is a directory";
    EXPECT_THAT(Requirements::missed_by(sarif_of(broken)), ElementsAre());
    const json failed = sarif_of(broken)["runs"][0]["invocations"][0];
    EXPECT_EQ(failed["executionSuccessful"], false);
    EXPECT_EQ(failed["toolExecutionNotifications"][0]["message"]["text"],
              "kernel.elf: is a directory");
}

TEST(Sarif, what_a_guest_wrote_is_plain_text) {
    Finding finding = race_finding();
    finding.title = "panic: [x](9) {0} \xff";
    finding.detail = "see [here](http://evil) {1}";
    finding.stacks[0].role = "a [role](7)";
    EXPECT_THAT(Requirements::missed_by(sarif_of(run({finding}))), ElementsAre());
    EXPECT_THAT(
        std::string(only_result(finding)["message"]["text"]),
        AllOf(
            StartsWith("panic: [x] (9) {{0}} \xef\xbf\xbd.\n\nsee [here] (http://evil) {{1}}\n\n"),
            HasSubstr("[a \\[role\\] (7)](1), hart 1")));
}

TEST(Sarif, limits_are_kept) {
    Finding finding = bare_finding();
    finding.title = std::string(5000, 't');
    for (int n = 0; n < 3000; ++n) {
        finding.detail += "ä";  // two bytes
    }
    for (u32 hart = 0; hart < 120; ++hart) {
        FindingStack& stack =
            finding.stacks.emplace_back(FindingStack{"hart " + std::to_string(hart), {}});
        stack.frames.assign(20, {"kernel::f", "kernel/f.cpp", 1, 1});
    }
    EXPECT_THAT(Requirements::missed_by(sarif_of(run({finding}))), ElementsAre());
    const std::string message = only_result(finding)["message"]["text"];
    EXPECT_THAT(message, Not(HasSubstr("\xef\xbf\xbd")));  // no character was cut in two
    EXPECT_THAT(message, HasSubstr("ä …\n\n[hart 0](1)"));
}

TEST(Sarif, results_beyond_the_limit_are_counted) {
    std::vector<Finding> findings(25'003, bare_finding());
    const json run_of_many = sarif_of(run(std::move(findings)))["runs"][0];
    EXPECT_EQ(run_of_many["results"].size(), 25'000u);
    EXPECT_EQ(run_of_many["properties"]["resultsLeftOut"], 3);
}

TEST(ArtifactUri, is_relative_below_the_root) {
    EXPECT_EQ(artifact_uri("kernel/vm.c", "/home/me/kernel"), "kernel/vm.c");
    EXPECT_EQ(artifact_uri("./kernel/../user/a b%.c", "/home/me/kernel"), "user/a%20b%25.c");
    EXPECT_EQ(artifact_uri("/home/me/kernel/user/sh.c", "/home/me/kernel/"), "user/sh.c");
    EXPECT_EQ(artifact_uri("c:/\xc3\xa4#?.c", "/"), "c%3A/%C3%A4%23%3F.c");
}

TEST(ArtifactUri, is_absolute_elsewhere) {
    EXPECT_EQ(artifact_uri("/usr/include/x.h", "/home/me/kernel"), "file:///usr/include/x.h");
    EXPECT_EQ(artifact_uri("../lib/x y.h", "/home/me/kernel"), "file:///home/me/lib/x%20y.h");
}

}  // namespace
}  // namespace stampede
