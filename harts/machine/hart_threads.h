// Parallel mode: one host thread a hart, permits for as many as the host has cores, parked between
// runs.
#pragma once
#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "harts/core/hart.h"
#include "harts/machine/clocks.h"
#include "harts/machine/machine.h"
#include "harts/machine/permits.h"
#include "harts/machine/stop_request.h"

namespace stampede {

class HartThreads {
public:
    // Threads start with the first run().
    HartThreads(std::vector<Hart*> harts, unsigned permits, Clock& clock, TimeMode time,
                StopRequest& stop);
    ~HartThreads();
    HartThreads(const HartThreads&) = delete;
    HartThreads& operator=(const HartThreads&) = delete;

    // Lets all harts run until the stop request is set or `limit` has passed (then it sets
    // Deadline). On return all are parked. WhenIdle::Stop, with TimeMode::Warp: when all wait and
    // no timer is set it stops too (Idle).
    void run(std::optional<std::chrono::nanoseconds> limit, WhenIdle when_idle);

private:
    using Time = std::chrono::steady_clock;
    struct alignas(64) Waiting {
        std::atomic<u32> waiting{0};  // by the hart: 1 while it sleeps in wfi
        std::atomic<u64> deadline{
            0};                    // by the hart, before it waits: when its next timer fires, and
        std::atomic<u32> wake{0};  // the HartShared::wake before which it found that
    };

    void thread_main(Hart& hart);
    void run_hart(Hart& hart);
    void wait_for_interrupt(Hart& hart);
    [[nodiscard]] std::optional<std::chrono::nanoseconds> sleep_time(Hart& hart, u64 deadline);
    void warp_if_all_wait();

    const std::vector<Hart*> harts_;
    Permits permits_;
    Clock& clock_;
    const TimeMode time_;
    StopRequest& stop_;
    std::vector<Waiting> waiting_;
    FutexLock warp_lock_;
    WhenIdle when_idle_ = WhenIdle::Wait;  // by run(), while harts are parked

    std::atomic<u32> round_{
        0};  // futex of parked harts; raised by run() for each new round, and to end
    std::atomic<u32> running_{0};  // harts not parked yet; futex of run()
    std::atomic<u32> exiting_{0};  // by the destructor
    std::vector<std::thread> threads_;
};

}  // namespace stampede
