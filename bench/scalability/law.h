// The universal scalability law: C(N) = l N / (1 + s (N - 1) + k N (N - 1)), with l the throughput
// of one, s what is serial ("contention") and k what each pays for each other ("coherency"). N. J.
// Gunther, "Guerrilla Capacity Planning", Springer 2007, chapter 4.
#pragma once
#include <optional>
#include <span>
#include <utility>

namespace stampede::bench {

struct ScalabilityLaw {
    double single = 0;      // l
    double contention = 0;  // s, not below 0
    double coherency = 0;   // k, not below 0
    double error =
        0;  // root of the mean square of what it is wrong by, relative to what was measured

    [[nodiscard]] double at(double harts) const {
        return single * harts / (1 + contention * (harts - 1) + coherency * harts * (harts - 1));
    }
    // Where more harts begin to do less; none where they never do.
    [[nodiscard]] std::optional<double> peak() const;
};

// The law nearest to `measured` (harts, throughput), by least squares of N l / C(N), whose
// deviations weigh as much as the throughput's relative ones. None for fewer than three numbers of
// harts, or without one hart's throughput.
[[nodiscard]] std::optional<ScalabilityLaw> fit_law(
    std::span<const std::pair<double, double>> measured);

}  // namespace stampede::bench
