// Why a hart's run() came back.
#pragma once
#include <string_view>

#include "harts/base/types.h"

namespace stampede {

enum class StopReason : u8 {
    Budget,     // exactly the budget has been executed
    Wfi,        // waits for an interrupt; nothing pending and enabled in mip & mie
    Spin,       // reads the same unchanged word again and again: waits for another hart
    Alarm,      // somebody wants the hart's attention (stop, revocation)
    Finished,   // this hart wrote the finisher
    Postponed,  // an observer wants others to run before the next instruction
    Event,      // a guest call that the machine stops for: quiescent, snapshot_ready
};

constexpr std::string_view name_of(StopReason reason) {
    switch (reason) {
    case StopReason::Budget: return "budget";
    case StopReason::Wfi: return "wfi";
    case StopReason::Spin: return "spin";
    case StopReason::Alarm: return "alarm";
    case StopReason::Finished: return "finished";
    case StopReason::Postponed: return "postponed";
    case StopReason::Event: return "event";
    }
    return "?";
}

}  // namespace stampede
