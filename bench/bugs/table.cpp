#include "bench/bugs/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace stampede::bench {
namespace {

using Json = nlohmann::ordered_json;
using Row = std::vector<std::string>;

// "race, audit", the most frequent first.
std::string kinds_text(const Group& group) {
    std::vector<std::pair<std::string, unsigned>> kinds(group.kinds.begin(), group.kinds.end());
    std::ranges::sort(kinds, [](const auto& a, const auto& b) {
        return std::pair(b.second, a.first) < std::pair(a.second, b.first);
    });
    std::string text;
    for (const auto& [kind, cells] : kinds) {
        text += (text.empty() ? "" : ", ") + kind;
    }
    return text;
}

std::string again_text(const Group& group) {
    return group.asked_again == 0 ? "-"
                                  : fmt::format("{}/{}", group.again.replayed, group.again.tried);
}

// "3/3 race; 1.2, 4.5 s; again 3/3"
std::string cell_text(const Group& group) {
    if (group.cells == 0) {
        return "";
    }
    const std::string times =
        fmt::format("{}{:.1f}, {}{:.1f} s", group.median_is_miss() ? ">" : "", group.median_cpu_s,
                    group.worst_is_miss() ? ">" : "", group.worst_cpu_s);
    if (group.found == 0) {
        return fmt::format("0/{}; {}", group.cells, times);
    }
    return fmt::format("{}/{} {}; {}; again {}", group.found, group.cells, kinds_text(group), times,
                       again_text(group));
}

// With columns as wide as their widest field. ASCII.
std::string aligned(const std::vector<Row>& rows) {
    std::vector<std::size_t> widths(rows.front().size());
    for (const Row& row : rows) {
        for (std::size_t column = 0; column < row.size(); ++column) {
            widths[column] = std::max(widths[column], row[column].size());
        }
    }
    std::string text;
    for (const Row& row : rows) {
        for (std::size_t column = 0; column < row.size(); ++column) {
            text += fmt::format("| {:<{}} ", row[column], widths[column]);
        }
        text += "|\n";
        if (&row != &rows.front()) {
            continue;
        }
        for (const std::size_t width : widths) {
            text += "|" + std::string(width + 2, '-');
        }
        text += "|\n";
    }
    return text;
}

Row group_fields(const Group& group) {
    return {std::to_string(group.found),
            std::to_string(group.cells),
            kinds_text(group),
            fmt::format("{:.2f}", group.median_cpu_s),
            fmt::format("{:.2f}", group.worst_cpu_s),
            std::to_string(group.again.findings),
            std::to_string(group.again.repeatable),
            std::to_string(group.again.tried),
            std::to_string(group.again.replayed)};
}

// Fields of the table hold no quotes.
std::string quoted(const std::string& field) {
    return field.contains(',') ? '"' + field + '"' : field;
}

}  // namespace

std::string table_text(const Sweep& sweep) {
    std::vector<Row> rows{{"seeded bug", "class", "depth"}};
    rows.front().insert(rows.front().end(), sweep.schedules.begin(), sweep.schedules.end());
    for (const SeededBug& bug : sweep.bugs) {
        rows.push_back({bug.name, bug.bug_class, std::to_string(bug.depth)});
        for (const std::string& schedule : sweep.schedules) {
            rows.back().push_back(cell_text(sweep.group(bug.name, schedule)));
        }
    }
    return aligned(rows);
}

std::string table_csv(const Sweep& sweep) {
    std::string text =
        "bug,class,depth,workload,schedule,found,cells,oracles,median_cpu_s,worst_cpu_s,findings,"
        "repeatable,tried,replayed\n";
    for (const SeededBug& bug : sweep.bugs) {
        for (const std::string& schedule : sweep.schedules) {
            text += fmt::format("{},{},{},{},{}", bug.name, bug.bug_class, bug.depth, bug.workload,
                                schedule);
            for (const std::string& field : group_fields(sweep.group(bug.name, schedule))) {
                text += "," + quoted(field);
            }
            text += "\n";
        }
    }
    return text;
}

std::string table_json(const Sweep& sweep) {
    Json rows = Json::array();
    for (const SeededBug& bug : sweep.bugs) {
        for (const std::string& schedule : sweep.schedules) {
            const Group group = sweep.group(bug.name, schedule);
            rows.push_back({{"bug", bug.name},
                            {"class", bug.bug_class},
                            {"depth", std::to_string(bug.depth)},
                            {"workload", bug.workload},
                            {"schedule", schedule},
                            {"found", group.found},
                            {"cells", group.cells},
                            {"oracles", group.kinds},
                            {"median_cpu_s", group.median_cpu_s},
                            {"worst_cpu_s", group.worst_cpu_s},
                            {"findings", group.again.findings},
                            {"repeatable", group.again.repeatable},
                            {"tried", group.again.tried},
                            {"replayed", group.again.replayed}});
        }
    }
    return Json{{"configuration", sweep.configuration}, {"named", sweep.named}, {"rows", rows}}
               .dump(2) +
           "\n";
}

}  // namespace stampede::bench
