// What medians of alternations need.
#pragma once
#include <algorithm>
#include <cmath>
#include <vector>

namespace stampede::bench {

// Of at least one value; of an even number the mean of the two in the middle.
inline double median(std::vector<double> values) {
    std::ranges::sort(values);
    std::size_t middle = values.size() / 2;
    return values.size() % 2 != 0 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

// The value that a share of at least one value lies at or below: 0.5 is a median, 0.99 what all but
// a hundredth keep to.
inline double percentile(std::vector<double> values, double share) {
    std::ranges::sort(values);
    return values[std::min(values.size() - 1,
                           static_cast<std::size_t>(share * static_cast<double>(values.size())))];
}

// Of at least one positive value.
inline double geometric_mean(const std::vector<double>& values) {
    double sum = 0;
    for (double value : values) {
        sum += std::log(value);
    }
    return std::exp(sum / static_cast<double>(values.size()));
}

}  // namespace stampede::bench
