#include "bench/bugs/state.h"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "harts/report/atomic_file.h"

namespace stampede::bench {
namespace {

using Json = nlohmann::ordered_json;

CellResult parse_cell(const Json& json) {
    CellResult result{.cell = {json.at("bug"), json.at("schedule"), json.at("seed")}};
    result.found = json.at("found");
    result.kind = json.at("kind");
    result.mode = json.at("mode");
    result.title = json.at("title");
    result.workload = json.at("workload");
    result.cpu_s = json.at("cpu_s");
    result.runs = json.at("runs");
    if (const Json& again = json.at("again"); !again.is_null()) {
        result.again = Again{again.at("findings"), again.at("repeatable"), again.at("tried"),
                             again.at("replayed")};
    }
    result.again_cpu_s = json.at("again_cpu_s");
    result.problem = json.at("problem");
    return result;
}

std::string line_of(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string cell_line(const CellResult& result) {
    Json again = nullptr;
    if (result.again) {
        again = Json{{"findings", result.again->findings},
                     {"repeatable", result.again->repeatable},
                     {"tried", result.again->tried},
                     {"replayed", result.again->replayed}};
    }
    return line_of(Json{{"bug", result.cell.bug},
                        {"schedule", result.cell.schedule},
                        {"seed", result.cell.seed},
                        {"found", result.found},
                        {"kind", result.kind},
                        {"mode", result.mode},
                        {"title", result.title},
                        {"workload", result.workload},
                        {"cpu_s", result.cpu_s},
                        {"runs", result.runs},
                        {"again", again},
                        {"again_cpu_s", result.again_cpu_s},
                        {"problem", result.problem}});
}

std::string configuration_line(const std::string& configuration) {
    return line_of(Json{{"configuration", configuration}});
}

Result<State> parse_state(std::string_view text, const std::string& name) {
    State state;
    for (unsigned number = 1;; ++number) {
        const std::size_t end = text.find('\n');
        if (end == std::string_view::npos) {
            break;
        }
        try {
            const Json json = Json::parse(text.substr(0, end));
            if (number == 1) {
                state.configuration = json.at("configuration");
            } else {
                state.results.push_back(parse_cell(json));
            }
        } catch (const nlohmann::json::exception& wrong) {
            return error(fmt::format("{}, line {}: is no result of a sweep: {}", name, number,
                                     wrong.what()));
        }
        text.remove_prefix(end + 1);
    }
    return state;
}

Result<StateFile> StateFile::open(std::filesystem::path file, const std::string& configuration,
                                  bool resume) {
    if (file.empty()) {
        return StateFile({}, {});
    }
    State state;
    if (std::filesystem::exists(file)) {
        if (!resume) {
            return error(fmt::format("{}: exists; --resume goes on with it", file.string()));
        }
        const auto text = read_file(file);
        if (!text) {
            return error(text.error().message);
        }
        auto parsed = parse_state(*text, file.string());
        if (!parsed) {
            return error(parsed.error().message);
        }
        state = std::move(*parsed);
        if (!state.configuration.empty() && state.configuration != configuration) {
            return error(fmt::format("{}: has results of {}, expected of {}", file.string(),
                                     state.configuration, configuration));
        }
    }
    // Once more as a whole, so that half a line at its end goes.
    std::string text = configuration_line(configuration);
    for (const CellResult& result : state.results) {
        text += cell_line(result);
    }
    if (auto written = write_file_atomically(file, text); !written) {
        return error(written.error().message);
    }
    return StateFile(std::move(file), std::move(state.results));
}

Result<void> StateFile::add(const CellResult& result) const {
    if (file_.empty()) {
        return {};
    }
    std::ofstream out(file_, std::ios::app);
    out << cell_line(result);
    out.close();
    if (!out) {
        return error(fmt::format("{}: cannot be written", file_.string()));
    }
    return {};
}

}  // namespace stampede::bench
