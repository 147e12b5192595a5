// Collects broken invariants: one entry an invariant, however often it is broken.
#pragma once
#include <array>
#include <string>
#include <vector>

#include "harts/observe/audit/invariant.h"
#include "harts/report/finding.h"

namespace stampede {

class Violations {
public:
    static constexpr std::size_t places_kept = 8;  // in a finding's detail; the others are counted

    // `place` makes the text; called only while it would be kept.
    template <class Place>
    void add(Invariant invariant, Place&& place) {
        Entry& entry = entries_[static_cast<std::size_t>(invariant)];
        if (++entry.count <= places_kept) {
            entry.places.push_back(place());
        }
    }
    // Appends what `later` holds; merged in a fixed order, the result does not depend on how the
    // work was split.
    void merge(Violations&& later);
    [[nodiscard]] std::vector<Finding> findings() const;

private:
    struct Entry {
        u64 count = 0;
        std::vector<std::string> places;
    };
    std::array<Entry, invariant_count> entries_;
};

}  // namespace stampede
