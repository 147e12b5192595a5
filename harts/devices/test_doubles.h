// What devices stand on in their tests: an environment under the test's control, and lines that remember.
#pragma once
#include <atomic>
#include <deque>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "harts/base/environment.h"
#include "harts/base/futex.h"
#include "harts/devices/device.h"

namespace stampede {

class TestEnvironment final : public Environment {
public:
    u64 time() override { return now; }
    std::optional<u8> console_input() override {
        if (input.empty()) {
            return std::nullopt;
        }
        const u8 byte = input.front();
        input.pop_front();
        return byte;
    }
    void type(std::string_view text) { input.insert(input.end(), text.begin(), text.end()); }

    std::atomic<u64> now{0};  // written by the test, read by the device on any thread
    std::deque<u8> input;
};

class TestLines final : public InterruptLines {
public:
    void drive(HartId hart, Interrupt line, Level level) override {
        const FutexGuard guard(lock_);
        levels_[{hart, line}] = level;
        ++drives_;
    }
    void timer_changed(HartId hart) override {
        const FutexGuard guard(lock_);
        timers_.push_back(hart.value);
    }

    [[nodiscard]] bool is_high(u32 hart, Interrupt line) {
        const FutexGuard guard(lock_);
        return levels_[{HartId{hart}, line}] == Level::High;
    }
    [[nodiscard]] unsigned drives() {
        const FutexGuard guard(lock_);
        return drives_;
    }
    // The harts whose timers were told to look again since the last call.
    [[nodiscard]] std::vector<u32> take_timers() {
        const FutexGuard guard(lock_);
        return std::exchange(timers_, {});
    }

private:
    FutexLock lock_;
    std::map<std::pair<HartId, Interrupt>, Level> levels_ GUARDED_BY(lock_);
    std::vector<u32> timers_ GUARDED_BY(lock_);
    unsigned drives_ GUARDED_BY(lock_) = 0;
};

inline constexpr HartId hart_0{0};

}  // namespace stampede
