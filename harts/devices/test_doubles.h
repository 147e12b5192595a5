// What devices stand on in their tests: an environment under the test's control, and lines that
// remember.
#pragma once
#include <algorithm>
#include <array>
#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harts/base/environment.h"
#include "harts/base/futex.h"
#include "harts/devices/board.h"
#include "harts/devices/finisher.h"
#include "harts/devices/virt_map.h"

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

// A few pages of RAM at 0x80000000.
class TestMemory final : public DeviceMemory {
public:
    static constexpr u64 base = 0x8000'0000;
    bool store(HartId, PhysAddr to, std::span<const u8> from) override {
        if (!contains(to, from.size())) {
            return false;
        }
        std::ranges::copy(from, bytes.begin() + static_cast<std::ptrdiff_t>(to.value - base));
        return true;
    }
    bool load(PhysAddr from, std::span<u8> to) const override {
        if (!contains(from, to.size())) {
            return false;
        }
        std::ranges::copy(std::span(bytes).subspan(from.value - base, to.size()), to.begin());
        return true;
    }
    bool contains(PhysAddr at, u64 size) const override {
        return at.value - base <= this->size && size <= this->size - (at.value - base);
    }
    static constexpr u64 size = 16 * page_size;
    std::array<u8, size> bytes{};
};

// All devices of the map, and `more`.
class TestBoard {
public:
    explicit TestBoard(unsigned harts, std::span<const DeviceLine> more = {},
                       const VirtioConfig& virtio = {})
        : board{.harts = harts,
                .environment = environment,
                .lines = lines,
                .memory = memory,
                .epoch = 1'000'000'000'000'000'000,
                .console_output = [this](u8 byte) { output += static_cast<char>(byte); },
                .finish = [](HartId, const Finish&) {},
                .deadline_changed = [this] { bus.deadline_changed(); },
                .misused = [this](HartId, std::string_view,
                                  std::string_view what) { misuses.emplace_back(what); },
                .virtio = virtio,
                .input_ready = {}},
          devices(make_devices(board, bus, more)) {}

    TestEnvironment environment;
    TestLines lines;
    TestMemory memory;
    std::string output;
    std::vector<std::string> misuses;
    Bus bus;
    Board board;
    std::vector<std::unique_ptr<Device>> devices;
};

inline constexpr HartId hart_0{0};

}  // namespace stampede
