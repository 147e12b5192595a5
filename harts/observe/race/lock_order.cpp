#include "harts/observe/race/lock_order.h"

#include <algorithm>
#include <map>
#include <set>

namespace stampede {
namespace {

// locks; longer ones contain no shorter inversion and are rare
constexpr std::size_t longest_cycle = 4;

u64 hash(u64 held, u64 taken) {
    return ((held >> 2) * 0x9e37'79b9'7f4a'7c15) ^ ((taken >> 2) * 0xc2b2'ae3d'27d4'eb4f);
}

bool holds(const LockSet& set, u64 word) {
    for (unsigned n = 0; n < set.count; ++n) {
        if (set.held[n].word == word) {
            return true;
        }
    }
    return false;
}

// Whether one lock outside the cycle was held at every edge: then the edges exclude each other.
bool gated(const std::vector<LockEdge>& cycle) {
    const auto in_cycle = [&](u64 word) {
        return std::ranges::any_of(cycle, [&](const LockEdge& e) { return e.held == word; });
    };
    const LockSet& first = cycle.front().set;
    for (unsigned n = 0; n < first.count; ++n) {
        const u64 word = first.held[n].word;
        if (!in_cycle(word) &&
            std::ranges::all_of(cycle, [&](const LockEdge& e) { return holds(e.set, word); })) {
            return true;
        }
    }
    return false;
}

using Graph = std::map<u64, std::vector<const LockEdge*>>;

void search(const Graph& graph, u64 start, std::vector<LockEdge>& path,
            std::set<std::vector<u64>>& seen, std::vector<std::vector<LockEdge>>& found) {
    const auto out = graph.find(path.empty() ? start : path.back().taken);
    if (out == graph.end()) {
        return;
    }
    for (const LockEdge* edge : out->second) {
        if (edge->taken == start) {
            path.push_back(*edge);
            std::vector<u64> words;
            std::ranges::transform(path, std::back_inserter(words), &LockEdge::held);
            std::ranges::sort(words);
            if (!gated(path) && seen.insert(words).second) {
                found.push_back(path);
            }
            path.pop_back();
        } else if (path.size() + 1 < longest_cycle &&
                   edge->taken > start &&  // each cycle from its lowest word
                   std::ranges::none_of(path,
                                        [&](const LockEdge& e) { return e.held == edge->taken; })) {
            path.push_back(*edge);
            search(graph, start, path, seen, found);
            path.pop_back();
        }
    }
}

// Whether the locks can be put in an order that every edge, from lock to lock, keeps: nearly
// always, and at the end of each program that a fuzzer runs it is asked. Edges to locks that nobody
// was taken behind go, until there are none of these.
bool have_an_order(std::vector<std::pair<u64, u64>> edges) {
    for (std::size_t before = 0; before != edges.size();) {
        before = edges.size();
        std::ranges::sort(edges);
        std::vector<u64> held(edges.size());
        std::ranges::transform(edges, held.begin(), &std::pair<u64, u64>::first);
        std::erase_if(edges, [&](const auto& edge) {
            return !std::ranges::binary_search(held, edge.second);
        });
    }
    return edges.empty();
}

}  // namespace

// Where the edge stands among places_, or would.
std::size_t LockOrder::place_of(u64 held, u64 taken) const {
    std::size_t at = hash(held, taken) % hashes;
    while (places_[at] != 0 &&
           !(edges_[places_[at] - 1].held == held && edges_[places_[at] - 1].taken == taken)) {
        at = (at + 1) % hashes;
    }
    return at;
}

void LockOrder::save() {
    const FutexGuard guard(lock_);
    saved_counts_.clear();
    for (const LockEdge& edge : edges_) {
        saved_counts_.push_back(edge.count);
    }
}

// The latest first: then no edge stands behind it in the order that places are looked for.
void LockOrder::restore() {
    const FutexGuard guard(lock_);
    while (edges_.size() > saved_counts_.size()) {
        places_[place_of(edges_.back().held, edges_.back().taken)] = 0;
        edges_.pop_back();
    }
    for (std::size_t n = 0; n < edges_.size(); ++n) {
        edges_[n].count = saved_counts_[n];
    }
}

void LockOrder::note(const LockSet& set, u32 hart, const u64* pcs, unsigned depth) {
    const HeldLock& taken = set.held[set.count - 1];
    const FutexGuard guard(lock_);
    for (unsigned n = 0; n + 1 < set.count; ++n) {
        const u64 held = set.held[n].word;
        const std::size_t at = place_of(held, taken.word);
        if (places_[at] != 0) {
            ++edges_[places_[at] - 1].count;
            continue;
        }
        if (edges_.size() == limit) {
            return;
        }
        LockEdge& edge = edges_.emplace_back();
        places_[at] = static_cast<u16>(edges_.size());
        edge.held = held;
        edge.taken = taken.word;
        edge.held_pc = set.held[n].pc;
        edge.hart = hart;
        edge.set = set;
        edge.count = 1;
        edge.depth = std::min(depth, LockEdge::depth_limit);
        std::copy_n(pcs, edge.depth, edge.pcs.begin());
    }
}

std::vector<std::vector<LockEdge>> LockOrder::cycles(const LockWords& words) const {
    std::vector<std::pair<u64, u64>> order;
    {
        const FutexGuard guard(lock_);
        order.resize(edges_.size());
        std::ranges::transform(edges_, order.begin(), [](const LockEdge& edge) {
            return std::pair(edge.held, edge.taken);
        });
    }
    const auto are_locks = [&](u64 held, u64 taken) {
        return words.find(held).is_lock() && words.find(taken).is_lock();
    };
    std::erase_if(order, [&](const auto& edge) { return !are_locks(edge.first, edge.second); });
    if (have_an_order(std::move(order))) {
        return {};
    }
    std::vector<LockEdge> edges;
    {
        const FutexGuard guard(lock_);
        edges = edges_;
    }
    Graph graph;
    for (const LockEdge& edge : edges) {
        if (are_locks(edge.held, edge.taken)) {
            graph[edge.held].push_back(&edge);
        }
    }
    std::vector<std::vector<LockEdge>> found;
    std::set<std::vector<u64>> seen;
    for (const auto& [start, out] : graph) {
        std::vector<LockEdge> path;
        search(graph, start, path, seen, found);
    }
    return found;
}

}  // namespace stampede
