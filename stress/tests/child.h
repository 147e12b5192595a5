// Another program, run to its end: what it printed and how it ended.
#pragma once
#include <functional>
#include <string>
#include <vector>

namespace stampede {

struct ChildResult {
    std::string out, err;
    int status = -1;  // exit status, or 128 + the signal that ended it
};

// `words[0]` is the program's path. `input` stands on its stdin, which then ends. `while_running`
// is called with its process id and what it has printed so far on stdout, again and again until it
// returns false.
[[nodiscard]] ChildResult run_child(
    const std::vector<std::string>& words, const std::string& input = "",
    const std::function<bool(int pid, const std::string& out)>& while_running = {});

}  // namespace stampede
