// How long searching and shrinking may take, and whom they tell how far they are.
#pragma once
#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "stress/replay/trials.h"

namespace stampede {

class Effort {
public:
    using Clock = std::chrono::steady_clock;
    // Shows one line that takes the place of the one before; may do nothing.
    using Show = std::function<void(const std::string& line)>;

    Effort(Trials& trials, const Interrupts& interrupts, std::chrono::milliseconds budget,
           Show show)
        : trials_(trials),
          interrupts_(interrupts),
          show_(std::move(show)),
          began_(Clock::now()),
          until_(began_ + budget) {}

    // Nothing: the time is up, or the user does not want any more. Of a trial's limits the time
    // left is one more.
    [[nodiscard]] std::optional<TrialResult> run(Trial trial);
    void show(const std::string& line) const { show_(line); }

    [[nodiscard]] u64 tries() const { return tries_; }
    [[nodiscard]] double seconds() const {
        return std::chrono::duration<double>(Clock::now() - began_).count();
    }
    [[nodiscard]] bool over() const { return interrupts_.requested() || Clock::now() >= until_; }

private:
    Trials& trials_;
    const Interrupts& interrupts_;
    const Show show_;
    const Clock::time_point began_, until_;
    u64 tries_ = 0;
};

}  // namespace stampede
