#include "harts/devices/goldfish_rtc.h"

namespace stampede {
namespace {

enum Register : u64 {
    time_low = 0x00,
    time_high = 0x04,
    alarm_low = 0x08,
    alarm_high = 0x0c,
    irq_enabled = 0x10,
    clear_alarm = 0x14,
    alarm_status = 0x18,
    clear_interrupt = 0x1c,
};
constexpr u64 end_of_registers = 0x24;
constexpr u64 nanoseconds_a_tick = 1'000'000'000 / time_frequency;

constexpr u64 with_low(u64 whole, u32 low) { return (whole & ~u64{0xffff'ffff}) | low; }
constexpr u64 with_high(u64 whole, u32 high) { return (whole & 0xffff'ffff) | u64{high} << 32; }

bool is_accepted(u64 offset, unsigned size) {
    return (size == 4 || size == 8) && offset + size <= end_of_registers;
}

}  // namespace

GoldfishRtc::GoldfishRtc(Environment& environment, Plic& plic, u32 source, u64 epoch,
                         std::function<void()> deadline_changed)
    : environment_(environment),
      plic_(plic),
      source_(source),
      epoch_(epoch),
      deadline_changed_(std::move(deadline_changed)) {}

std::unique_ptr<Device> GoldfishRtc::make(Board& board, u32 interrupt) {
    return std::make_unique<GoldfishRtc>(board.environment, *board.plic, interrupt, board.epoch,
                                         board.deadline_changed);
}

DeviceNode GoldfishRtc::describe() const {
    return {.name = "rtc", .compatible = {"google,goldfish-rtc"}};
}

u64 GoldfishRtc::clock_locked(u64 now) const { return epoch_ + set_by_ + now * nanoseconds_a_tick; }

void GoldfishRtc::update_line_locked() {
    plic_.set_level(source_, (pending_ & enabled_) != 0 ? Level::High : Level::Low);
}

void GoldfishRtc::go_off_locked() {
    goes_off_at_.store(never, std::memory_order_release);
    pending_ = 1;
    update_line_locked();
}

void GoldfishRtc::go_off_if_due_locked(u64 now) {
    if (now >= goes_off_at_.load(std::memory_order_relaxed)) {  // relaxed: writers hold lock_
        go_off_locked();
    }
}

void GoldfishRtc::set_alarm_locked(u64 now) {
    const u64 clock = clock_locked(now);
    if (alarm_ <= clock) {
        go_off_locked();
    } else {
        // not before its nanosecond
        const u64 ticks = (alarm_ - clock - 1) / nanoseconds_a_tick + 1;
        goes_off_at_.store(now + ticks, std::memory_order_release);
    }
}

// It may be asked before anybody has ticked it.
std::optional<u64> GoldfishRtc::load(HartId, u64 offset, unsigned size) {
    if (!is_accepted(offset, size)) {
        return std::nullopt;
    }
    const FutexGuard guard(lock_);
    const u64 now = environment_.time();
    go_off_if_due_locked(now);
    const u64 low = load_locked(now, offset);
    return size == 4 ? low : low | u64{load_locked(now, offset + 4)} << 32;
}

u32 GoldfishRtc::load_locked(u64 now, u64 offset) {
    switch (offset) {
    case time_low: {
        const u64 clock = clock_locked(now);
        high_half_ = static_cast<u32>(clock >> 32);
        return static_cast<u32>(clock);
    }
    case time_high: return high_half_;
    case alarm_low: return static_cast<u32>(alarm_);
    case alarm_high: return static_cast<u32>(alarm_ >> 32);
    case irq_enabled: return enabled_;
    case alarm_status:
        return goes_off_at_.load(std::memory_order_relaxed) != never
                   ? 1
                   : 0;  // relaxed: writers hold lock_
    default: return 0;
    }
}

bool GoldfishRtc::store(HartId, u64 offset, unsigned size, u64 value) {
    if (!is_accepted(offset, size)) {
        return false;
    }
    u64 before = 0, after = 0;
    {
        const FutexGuard guard(lock_);
        const u64 now = environment_.time();
        go_off_if_due_locked(now);
        before = goes_off_at_.load(std::memory_order_relaxed);  // relaxed: writers hold lock_
        store_locked(now, offset, static_cast<u32>(value));
        if (size == 8) {
            store_locked(now, offset + 4, static_cast<u32>(value >> 32));
        }
        after = goes_off_at_.load(std::memory_order_relaxed);
    }
    if (after != before) {
        deadline_changed_();
    }
    return true;
}

void GoldfishRtc::store_locked(u64 now, u64 offset, u32 value) {
    const u64 clock = clock_locked(now);
    switch (offset) {
    case time_low: set_by_ += with_low(clock, value) - clock; break;
    case time_high: set_by_ += with_high(clock, value) - clock; break;
    case alarm_low:
        alarm_ = with_low(alarm_, value);
        set_alarm_locked(now);
        break;
    case alarm_high: alarm_ = with_high(alarm_, value); break;
    case irq_enabled:
        enabled_ = value & 1;
        update_line_locked();
        break;
    case clear_alarm: goes_off_at_.store(never, std::memory_order_release); break;
    case clear_interrupt:
        pending_ = 0;
        update_line_locked();
        break;
    default: break;
    }
}

void GoldfishRtc::tick(HartId, u64 now) {
    const FutexGuard guard(lock_);
    go_off_if_due_locked(now);
}

void GoldfishRtc::save(StateWriter& to) const {
    const FutexGuard guard(lock_);
    to.put(set_by_);
    to.put(alarm_);
    to.put(high_half_);
    to.put(enabled_);
    to.put(pending_);
    to.put(goes_off_at_.load(std::memory_order_relaxed));  // relaxed: writers hold lock_
}

void GoldfishRtc::restore(StateReader& from) {
    const FutexGuard guard(lock_);
    from.take(set_by_);
    from.take(alarm_);
    from.take(high_half_);
    from.take(enabled_);
    from.take(pending_);
    goes_off_at_.store(from.take<u64>(), std::memory_order_release);
}

}  // namespace stampede
