#include "harts/report/forms/junit_suite.h"

#include <fmt/format.h>

namespace stampede {

JunitSuite::JunitSuite(std::string_view name, const Counts& counts, double seconds) {
    pugi::xml_node declaration = document_.append_child(pugi::node_declaration);
    add_attribute(declaration, "version", "1.0");
    add_attribute(declaration, "encoding", "UTF-8");
    suite_ = document_.append_child("testsuites").append_child("testsuite");
    add_attribute(suite_, "name", name);
    add_attribute(suite_, "tests", std::to_string(counts.tests));
    add_attribute(suite_, "failures", std::to_string(counts.failures));
    add_attribute(suite_, "errors", std::to_string(counts.errors));
    add_attribute(suite_, "skipped", std::to_string(counts.skipped));
    add_attribute(suite_, "time", fmt::format("{:.3f}", seconds));
}

pugi::xml_node JunitSuite::add_case(std::string_view class_name, std::string_view name,
                                    double seconds) {
    pugi::xml_node added = suite_.append_child("testcase");
    add_attribute(added, "classname", class_name);
    add_attribute(added, "name", name);
    add_attribute(added, "time", fmt::format("{:.3f}", seconds));
    return added;
}

void JunitSuite::add_failure(pugi::xml_node to, std::string_view type, std::string_view message,
                             std::string_view text) {
    pugi::xml_node failure = to.append_child("failure");
    add_attribute(failure, "type", type);
    add_attribute(failure, "message", message);
    add_text(failure, text);
}

void JunitSuite::add_error(pugi::xml_node to, std::string_view message) {
    add_attribute(to.append_child("error"), "message", message);
}

void JunitSuite::add_skipped(pugi::xml_node to, std::string_view message) {
    add_attribute(to.append_child("skipped"), "message", message);
}

}  // namespace stampede
