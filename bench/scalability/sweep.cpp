#include "bench/scalability/sweep.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <numeric>
#include <thread>

namespace stampede::bench {
namespace {

// `work(n)` for n below `count`, `jobs` at once; the longest first where work is ordered by its
// number's `weight`.
template <class Weight, class Work>
void in_parallel(std::size_t count, unsigned jobs, Weight weight, Work work) {
    std::vector<std::size_t> order(count);
    std::iota(order.begin(), order.end(), 0);
    std::ranges::sort(order, std::greater{},
                      [&](std::size_t n) { return std::pair(weight(n), count - n); });
    std::atomic<std::size_t> next = 0;  // relaxed would do: each number is taken once
    std::vector<std::jthread> threads;
    for (unsigned job = 0; job < std::min<std::size_t>(jobs, count); ++job) {
        threads.emplace_back([&] {
            for (std::size_t n; (n = next.fetch_add(1)) < count;) {
                work(order[n]);
            }
        });
    }
}

}  // namespace

Result<Results> sweep(const ScalabilityOptions& options,
                      const std::function<void(std::size_t done, std::size_t of)>& progress) {
    const std::vector<Point> points = options.points();
    std::vector<Result<Measurement>> measured(points.size());
    std::vector<Result<CommutativityOfPolicy>> commuting(options.commuting ? options.policies.size()
                                                                           : 0);
    const std::size_t on_host = options.host_seconds > 0 ? points.size() : 0,
                      all = points.size() + commuting.size() + on_host;
    std::mutex telling;
    std::size_t done = 0;
    const auto tell = [&] {
        const std::lock_guard guard(telling);
        progress(++done, all);
    };
    in_parallel(
        points.size(), options.jobs, [&](std::size_t n) { return points[n].harts; },
        [&](std::size_t n) {
            measured[n] = measure(points[n], options.window, options.costs);
            tell();
        });
    in_parallel(
        commuting.size(), options.jobs, [](std::size_t) { return 0; },
        [&](std::size_t n) {
            commuting[n] = commutativity_of(options.policies[n]);
            tell();
        });
    Results results{
        .costs = options.costs, .window = options.window, .curves = {}, .commuting = {}};
    std::vector<Measurement> good;
    for (std::size_t n = 0; n < points.size(); ++n) {
        if (!measured[n]) {
            return std::unexpected(measured[n].error());
        }
        if (on_host != 0) {  // one at a time, behind all the others
            const Result<HostMeasurement> host = measure_on_host(points[n], options.host_seconds);
            if (!host) {
                return std::unexpected(host.error());
            }
            measured[n]->host_per_second = static_cast<double>(host->operations) / host->wall_s;
            tell();
        }
        good.push_back(std::move(*measured[n]));
    }
    results.curves = curves_of(std::move(good));
    for (auto& one : commuting) {
        if (!one) {
            return std::unexpected(one.error());
        }
        results.commuting.push_back(std::move(*one));
    }
    return results;
}

}  // namespace stampede::bench
