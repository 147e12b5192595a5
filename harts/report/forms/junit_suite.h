// JUnit's XML, as its readers agree on it: one suite, a case for each thing that passed or failed.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "harts/report/forms/xml.h"

namespace stampede {

class JunitSuite {
public:
    struct Counts {
        std::size_t tests = 0, failures = 0, errors = 0, skipped = 0;
    };
    JunitSuite(std::string_view name, const Counts& counts, double seconds);

    // What becomes of a case is said by the one element that it may hold.
    pugi::xml_node add_case(std::string_view class_name, std::string_view name, double seconds);
    static void add_failure(pugi::xml_node to, std::string_view type, std::string_view message,
                            std::string_view text);
    static void add_error(pugi::xml_node to, std::string_view message);
    static void add_skipped(pugi::xml_node to, std::string_view message);

    [[nodiscard]] std::string text() const { return text_of(document_, XmlLayout::Lines); }

private:
    pugi::xml_document document_;
    pugi::xml_node suite_;
};

}  // namespace stampede
