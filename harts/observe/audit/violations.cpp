#include "harts/observe/audit/violations.h"

#include <fmt/format.h>

#include <utility>

namespace stampede {

void Violations::merge(Violations&& later) {
    for (std::size_t n = 0; n < entries_.size(); ++n) {
        Entry& into = entries_[n];
        Entry& from = later.entries_[n];
        into.count += from.count;
        for (std::string& place : from.places) {
            if (into.places.size() == places_kept) {
                break;
            }
            into.places.push_back(std::move(place));
        }
    }
}

std::vector<Finding> Violations::findings() const {
    std::vector<Finding> all;
    for (std::size_t n = 0; n < entries_.size(); ++n) {
        const Entry& entry = entries_[n];
        if (entry.count == 0) {
            continue;
        }
        Finding finding;
        finding.kind = FindingKind::audit;
        finding.title = title_of(static_cast<Invariant>(n));
        finding.count = entry.count;
        for (const std::string& place : entry.places) {
            finding.detail += (finding.detail.empty() ? "" : "\n") + place;
        }
        if (entry.count > entry.places.size()) {
            finding.detail += fmt::format("\nand {} more", entry.count - entry.places.size());
        }
        all.push_back(std::move(finding));
    }
    return all;
}

}  // namespace stampede
