#include "bench/scalability/law.h"

#include <algorithm>
#include <cmath>

namespace stampede::bench {

std::optional<double> ScalabilityLaw::peak() const {
    return coherency > 0 ? std::optional(std::max(
                               1.0, std::sqrt((1 - std::min(contention, 1.0)) / coherency)))
                         : std::nullopt;
}

std::optional<ScalabilityLaw> fit_law(std::span<const std::pair<double, double>> measured) {
    const auto one = std::ranges::find(measured, 1.0, &std::pair<double, double>::first);
    if (one == measured.end() || measured.size() < 3) {
        return std::nullopt;
    }
    ScalabilityLaw law{.single = one->second};
    // N l / C - 1 = s x + k y, with x = N - 1 and y = N (N - 1); each equation divided by N l / C,
    // so that relative deviations count.
    double xx = 0, xy = 0, yy = 0, xr = 0, yr = 0;
    for (const auto& [harts, throughput] : measured) {
        const double slowdown = harts * law.single / throughput;
        const double x = (harts - 1) / slowdown, y = harts * (harts - 1) / slowdown,
                     r = (slowdown - 1) / slowdown;
        xx += x * x, xy += x * y, yy += y * y, xr += x * r, yr += y * r;
    }
    const double determinant = xx * yy - xy * xy;
    law.contention = (xr * yy - yr * xy) / determinant;
    law.coherency = (yr * xx - xr * xy) / determinant;
    // A coefficient below 0 has no meaning: without it then.
    if (law.coherency < 0) {
        law.coherency = 0;
        law.contention = xr / xx;
    } else if (law.contention < 0) {
        law.contention = 0;
        law.coherency = yr / yy;
    }
    law.contention = std::max(law.contention, 0.0);
    law.coherency = std::max(law.coherency, 0.0);
    double squares = 0;
    for (const auto& [harts, throughput] : measured) {
        squares += std::pow(law.at(harts) / throughput - 1, 2);
    }
    law.error = std::sqrt(squares / static_cast<double>(measured.size()));
    return law;
}

}  // namespace stampede::bench
