#include "harts/devices/finisher.h"

namespace stampede {
namespace {

constexpr bool is_accepted(unsigned size) { return size == 2 || size == 4; }

std::optional<Finish> decode(u64 value) {
    switch (value & 0xffff) {
    case 0x5555: return Finish{FinishKind::Passed, 0};
    case 0x3333: return Finish{FinishKind::Failed, static_cast<u16>(value >> 16)};
    case 0x7777: return Finish{FinishKind::Reset, 0};
    default: return std::nullopt;
    }
}

}  // namespace

std::unique_ptr<Device> Finisher::make(Board& board, u32) {
    return std::make_unique<Finisher>(board.finish);
}

// Kernels find it as a register of the system controller: what they write there to end the machine
// stands beside it.
DeviceNode Finisher::describe() const {
    const auto written = [](const char* name, const char* compatible, u32 value) {
        return DeviceNode{.name = name,
                          .compatible = {compatible},
                          .properties = {{"regmap", DeviceNode::OwnHandle{}},
                                         {"offset", std::vector<u32>{0}},
                                         {"value", std::vector<u32>{value}}}};
    };
    return {.name = "test",
            .compatible = {"sifive,test1", "sifive,test0", "syscon"},
            .beside = {written("poweroff", "syscon-poweroff", 0x5555),
                       written("reboot", "syscon-reboot", 0x7777)}};
}

std::optional<u64> Finisher::load(HartId, u64, unsigned size) {
    return is_accepted(size) ? std::optional<u64>(0) : std::nullopt;
}

bool Finisher::store(HartId from, u64 offset, unsigned size, u64 value) {
    if (!is_accepted(size)) {
        return false;
    }
    const std::optional<Finish> finish =
        offset == 0 ? decode(size == 2 ? value & 0xffff : value) : std::nullopt;
    if (!finish) {
        return true;
    }
    {
        const FutexGuard guard(lock_);
        if (state_.finish) {
            return true;
        }
        state_.finish = finish;
    }
    on_finish_(from, *finish);
    return true;
}

void Finisher::save(StateWriter& to) const {
    const std::optional<Finish> finish = finished();
    to.put(finish.has_value());
    to.put(finish ? finish->kind : FinishKind::Passed);
    to.put(finish ? finish->status : u16{0});
}

void Finisher::restore(StateReader& from) {
    const bool finished = from.take<bool>();
    Finish finish;
    from.take(finish.kind);
    from.take(finish.status);
    set_state({finished ? std::optional(finish) : std::nullopt});
}

FinisherState Finisher::state() const {
    const FutexGuard guard(lock_);
    return state_;
}

void Finisher::set_state(const FinisherState& state) {
    const FutexGuard guard(lock_);
    state_ = state;
}

}  // namespace stampede
