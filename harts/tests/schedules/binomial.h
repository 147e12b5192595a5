// The one-sided exact binomial test.
#pragma once
#include <cmath>

#include "harts/base/types.h"

namespace stampede::schedules {

// Probability of at most `hits` of `runs`, each a hit with probability `each`: the sum over i from
// 0 to hits of C(runs, i) * each^i * (1 - each)^(runs - i). 0 < each < 1.
inline double at_most(u64 hits, u64 runs, double each) {
    const double n = static_cast<double>(runs);
    double sum = 0;
    for (u64 i = 0; i <= hits && i <= runs; ++i) {
        const double k = static_cast<double>(i);
        const double choose = std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1);
        sum += std::exp(choose + k * std::log(each) + (n - k) * std::log1p(-each));
    }
    return sum;
}

// Whether so few hits speak against "at least `each`" at p < 0.001.
inline bool refuses(u64 hits, u64 runs, double each) { return at_most(hits, runs, each) < 0.001; }

}  // namespace stampede::schedules
