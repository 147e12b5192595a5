// The results of a sweep on disk: JSON lines, a configuration and then a cell a line, each written
// when the cell is done.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "bench/bugs/cell.h"
#include "harts/base/error.h"

namespace stampede::bench {

[[nodiscard]] std::string cell_line(const CellResult& result);
[[nodiscard]] std::string configuration_line(const std::string& configuration);

struct State {
    std::string configuration;
    std::vector<CellResult> results;
};

// A last line without its end was being written when the sweep was killed: left out. Error: `name`,
// and the line that is none.
[[nodiscard]] Result<State> parse_state(std::string_view text, const std::string& name);

// One thread at a time.
class StateFile {
public:
    // An empty path: nothing is kept. `resume`: goes on with the file if there is one. Error: it is
    // of another configuration, cannot be read or written, or exists already without `resume`.
    [[nodiscard]] static Result<StateFile> open(std::filesystem::path file,
                                                const std::string& configuration, bool resume);

    [[nodiscard]] const std::vector<CellResult>& earlier() const { return earlier_; }
    [[nodiscard]] Result<void> add(const CellResult& result) const;

private:
    StateFile(std::filesystem::path file, std::vector<CellResult> earlier)
        : file_(std::move(file)), earlier_(std::move(earlier)) {}

    std::filesystem::path file_;
    std::vector<CellResult> earlier_;
};

}  // namespace stampede::bench
