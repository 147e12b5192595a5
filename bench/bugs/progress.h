// How far a sweep is: one line that is written over on a terminal, a line a cell elsewhere.
#pragma once
#include <cstddef>
#include <set>
#include <string>

#include "bench/bugs/cell.h"

namespace stampede::bench {

// "unlocked_counts parallel 1: race by race in 1.2 CPU s, 2 runs; findings 1, repeatable 1,
// replayed 1/1 in 0.5 CPU s"
[[nodiscard]] std::string result_text(const CellResult& result);

// On stderr. One thread at a time.
class Progress {
public:
    Progress();
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void expect(std::size_t cells) { expected_ += cells; }
    void began(const Cell& cell);
    void ended(const CellResult& result);

private:
    void show() const;

    const bool terminal_;
    std::size_t expected_ = 0, done_ = 0, found_ = 0;
    std::set<Cell> running_;
};

}  // namespace stampede::bench
