// Operations a CPU second by point, as a table for people.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "bench/scalability/selection.h"

namespace stampede::bench {

class Throughputs {
public:
    // Several of one point: the table has their median.
    void add(const Point& point, double per_cpu_second) { all_[point].push_back(per_cpu_second); }

    // For each number of harts a row a program, a column a policy, in the order of `selection`; `-`
    // where there is none. Empty where nothing was measured. More harts than `cores` are marked.
    [[nodiscard]] std::string table(const Selection& selection, unsigned cores) const;

private:
    [[nodiscard]] std::string cell(const Point& point) const;
    std::map<Point, std::vector<double>> all_;
};

}  // namespace stampede::bench
