#include "fuzz/campaign/slots/supervise.h"

#include <algorithm>
#include <chrono>
#include <csignal>

namespace stampede::campaign {
namespace {

constexpr double look_s = 0.2;   // between two looks at clock and stop
constexpr double ending_s = 15;  // what a child that is to stop gets before it is killed
constexpr std::size_t tail_bytes = 8192;
constexpr std::size_t longest_line = 2048;

}  // namespace

double seconds_now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

Result<Supervised> supervise(const std::vector<std::string>& command,
                             const std::vector<std::string>& environment, Limits limits,
                             const StopWanted& stop,
                             const std::function<void(std::string_view)>& hear) {
    const double start = seconds_now();
    auto child =
        Child::start(command, {.group = ChildSetup::Group::Own, .environment = environment});
    if (!child) {
        return std::unexpected(child.error());
    }
    Supervised run;
    for (;;) {
        const auto line = child->next_line(look_s);
        if (line && !*line) {
            break;
        }
        if (line) {
            if (hear) {
                hear((*line)->text);
            }
            run.tail += (*line)->text.substr(0, longest_line) + "\n";
            if (run.tail.size() > 2 * tail_bytes) {
                run.tail.erase(0, run.tail.size() - tail_bytes);
            }
        }
        const double passed = seconds_now() - start;
        if (run.end == Supervised::End::ByItself && (passed > limits.ask_s || stop())) {
            child->send(SIGINT);
            run.end = Supervised::End::Asked;
            limits.kill_s = stop() ? std::min(limits.kill_s, passed + ending_s) : limits.kill_s;
        }
        if (run.end != Supervised::End::Killed && passed > limits.kill_s) {
            child->send(SIGKILL);
            run.end = Supervised::End::Killed;
        }
    }
    run.status = child->wait();
    run.seconds = seconds_now() - start;
    return run;
}

}  // namespace stampede::campaign
