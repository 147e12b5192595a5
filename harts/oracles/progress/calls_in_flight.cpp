#include "harts/oracles/progress/calls_in_flight.h"

#include <algorithm>

#include "harts/memory/pte.h"
#include "kernel/abi/system_calls.h"

namespace stampede {

namespace {

constexpr unsigned a7 = 17;  // x register

// By the page table alone: the ASID changes while a call is under way.
const auto made_by = [](u64 satp) {
    return [root = Satp{satp}.root()](const CallInFlight& call) {
        return Satp{call.satp}.root() == root;
    };
};

bool may_last(u64 number) {
    const auto call = static_cast<abi::SystemCall>(number);
    return call == abi::SystemCall::read || call == abi::SystemCall::write;
}

}  // namespace

void CallsInFlight::on_call(const HartState& state) {
    const CallInFlight call{state.csr.satp, state.x[a7], state.pc};
    const auto known = std::ranges::find_if(calls_, made_by(call.satp));
    if (known != calls_.end()) {
        *known = call;
    } else {
        calls_.push_back(call);
    }
}

std::optional<u64> CallsInFlight::on_return(const HartState& state) {
    const auto known = std::ranges::find_if(calls_, made_by(state.csr.satp));
    if (known == calls_.end()) {
        return std::nullopt;
    }
    const u64 number = known->number;
    *known = calls_.back();
    calls_.pop_back();
    return number;
}

void CallsInFlight::save() {
    saved_ = calls_;
    forks_.clear();
}

void CallsInFlight::restore() {
    calls_ = saved_;
    forks_.clear();
}

std::vector<CallInFlight> CallsInFlight::asleep() const {
    std::vector<CallInFlight> all;
    std::ranges::copy_if(calls_, std::back_inserter(all), [this](const CallInFlight& call) {
        const auto before = std::ranges::find_if(saved_, made_by(call.satp));
        const bool made_before =
            before != saved_.end() && before->number == call.number && before->pc == call.pc;
        return !made_before && !may_last(call.number);
    });
    return all;
}

std::vector<u32> CallsInFlight::children(u32 parent) const {
    std::vector<u32> all;
    for (const Fork& fork : forks_) {
        if (fork.parent == parent) {
            all.push_back(fork.child);
        }
    }
    return all;
}

}  // namespace stampede
