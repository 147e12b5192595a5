// The CPU time of a cell, and how it is cut into runs. Host time plays no part.
#pragma once
#include <algorithm>
#include <cstdint>

namespace stampede::bench {

class Budget {
public:
    // `seconds` of CPU time. A run is meant to take a twentieth of it, but at least half a second.
    explicit Budget(double seconds) : seconds_(seconds), run_s_(std::max(seconds / 20, 0.5)) {}

    [[nodiscard]] double left() const { return std::max(seconds_ - used_, 0.0); }
    [[nodiscard]] double used() const { return used_; }
    void spend(double cpu_s) { used_ += cpu_s; }
    // Too little is left for a run to start and end.
    [[nodiscard]] bool is_spent() const { return left() < least_s; }

    // How many operations the next run gets when one of `operations` took `cpu_s`.
    [[nodiscard]] std::uint64_t operations_after(std::uint64_t operations, double cpu_s) const {
        const double factor = std::clamp(run_s_ / std::max(cpu_s, 1e-3), 0.25, 4.0);
        return std::max<std::uint64_t>(
            static_cast<std::uint64_t>(static_cast<double>(operations) * factor), 1);
    }

private:
    static constexpr double least_s = 0.05;

    double seconds_;
    double run_s_;
    double used_ = 0;
};

}  // namespace stampede::bench
