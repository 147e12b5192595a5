// Several observers as one, told in the order in which they were added, each of what it hears.
#pragma once
#include <algorithm>
#include <array>
#include <vector>

#include "harts/core/observer.h"

namespace stampede {

class Observers final : public Observer {
public:
    void add(Observer& observer) {  // while harts are parked
        const u32 heard = observer.heard();
        for (unsigned call = 0; call < told_.size(); ++call) {
            if ((heard >> call & 1) != 0) {
                told_[call].push_back(&observer);
            }
        }
    }
    [[nodiscard]] u32 heard() const override { return ~u32{0}; }

    void on_start(Hart& h) override { tell<ObserverCall::on_start>(&Observer::on_start, h); }
    bool may_access(Hart& hart, PhysAddr at, unsigned size, Contact contact) override {
        return std::ranges::all_of(told(ObserverCall::may_access), [&](Observer* one) {
            return one->may_access(hart, at, size, contact);
        });
    }
    bool may_fetch(Hart& hart) override {
        return std::ranges::all_of(told(ObserverCall::may_fetch),
                                   [&](Observer* one) { return one->may_fetch(hart); });
    }
    void on_load(Hart& h, PhysAddr at, unsigned size, u64 value) override {
        tell<ObserverCall::on_load>(&Observer::on_load, h, at, size, value);
    }
    void on_store(Hart& h, PhysAddr at, unsigned size, u64 value) override {
        tell<ObserverCall::on_store>(&Observer::on_store, h, at, size, value);
    }
    void before_atomic(Hart& h, const AtomicAccess& access) override {
        tell<ObserverCall::before_atomic>(&Observer::before_atomic, h, access);
    }
    void after_atomic(Hart& h, const AtomicAccess& access, u64 old, bool stored) override {
        tell<ObserverCall::after_atomic>(&Observer::after_atomic, h, access, old, stored);
    }
    void on_fence(Hart& h, i32 bits) override {
        tell<ObserverCall::on_fence>(&Observer::on_fence, h, bits);
    }
    void on_relaxed_next(Hart& h) override {
        tell<ObserverCall::on_relaxed_next>(&Observer::on_relaxed_next, h);
    }
    void on_device_store(Hart& h, PhysAddr at, unsigned size, u64 value) override {
        tell<ObserverCall::on_device_store>(&Observer::on_device_store, h, at, size, value);
    }
    void on_call(Hart& h, u64 pc, u64 back, u64 target) override {
        tell<ObserverCall::on_call>(&Observer::on_call, h, pc, back, target);
    }
    void on_return(Hart& h, u64 to) override {
        tell<ObserverCall::on_return>(&Observer::on_return, h, to);
    }
    void on_branch(Hart& h, u64 pc, Branch branch) override {
        tell<ObserverCall::on_branch>(&Observer::on_branch, h, pc, branch);
    }
    void on_jump(Hart& h, u64 target) override {
        tell<ObserverCall::on_jump>(&Observer::on_jump, h, target);
    }
    void on_trap(Hart& h, u64 cause, u64 tval, Privilege handler) override {
        tell<ObserverCall::on_trap>(&Observer::on_trap, h, cause, tval, handler);
    }
    void on_trap_return(Hart& h, u64 to) override {
        tell<ObserverCall::on_trap_return>(&Observer::on_trap_return, h, to);
    }
    void on_satp(Hart& h) override { tell<ObserverCall::on_satp>(&Observer::on_satp, h); }
    void on_sfence(Hart& h, u8 rs1, u64 address, u8 rs2, u16 asid) override {
        tell<ObserverCall::on_sfence>(&Observer::on_sfence, h, rs1, address, rs2, asid);
    }
    void on_outside_store(PhysAddr at, std::span<const u8> bytes) override {
        for (Observer* one : told(ObserverCall::on_outside_store)) {
            one->on_outside_store(at, bytes);
        }
    }

private:
    using Listeners = std::vector<Observer*>;

    [[nodiscard]] const Listeners& told(ObserverCall call) const {
        return told_[static_cast<unsigned>(call)];
    }
    template <ObserverCall call, class Told, class... A>
    void tell(Told function, Hart& hart, const A&... arguments) {
        for (Observer* one : told(call)) {
            (one->*function)(hart, arguments...);
        }
    }

    std::array<Listeners, static_cast<unsigned>(ObserverCall::count)> told_;
};

}  // namespace stampede
