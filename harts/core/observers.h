// Several observers as one, told in the order in which they were added.
#pragma once
#include <algorithm>
#include <vector>

#include "harts/core/observer.h"

namespace stampede {

class Observers final : public Observer {
public:
    void add(Observer& observer) { all_.push_back(&observer); }  // while harts are parked

    void on_start(Hart& h) override { tell(&Observer::on_start, h); }
    bool may_access(Hart& hart, PhysAddr at, unsigned size, Contact contact) override {
        return std::ranges::all_of(
            all_, [&](Observer* one) { return one->may_access(hart, at, size, contact); });
    }
    bool may_fetch(Hart& hart) override {
        return std::ranges::all_of(all_, [&](Observer* one) { return one->may_fetch(hart); });
    }
    void on_load(Hart& h, PhysAddr at, unsigned size, u64 value) override {
        tell(&Observer::on_load, h, at, size, value);
    }
    void on_store(Hart& h, PhysAddr at, unsigned size, u64 value) override {
        tell(&Observer::on_store, h, at, size, value);
    }
    void before_atomic(Hart& h, const AtomicAccess& access) override {
        tell(&Observer::before_atomic, h, access);
    }
    void after_atomic(Hart& h, const AtomicAccess& access, u64 old, bool stored) override {
        tell(&Observer::after_atomic, h, access, old, stored);
    }
    void on_fence(Hart& h, i32 bits) override { tell(&Observer::on_fence, h, bits); }
    void on_relaxed_next(Hart& h) override { tell(&Observer::on_relaxed_next, h); }
    void on_device_store(Hart& h, PhysAddr at, unsigned size, u64 value) override {
        tell(&Observer::on_device_store, h, at, size, value);
    }
    void on_call(Hart& h, u64 pc, u64 back, u64 target) override {
        tell(&Observer::on_call, h, pc, back, target);
    }
    void on_return(Hart& h, u64 to) override { tell(&Observer::on_return, h, to); }
    void on_branch(Hart& h, u64 pc, Branch branch) override {
        tell(&Observer::on_branch, h, pc, branch);
    }
    void on_jump(Hart& h, u64 target) override { tell(&Observer::on_jump, h, target); }
    void on_trap(Hart& h, u64 cause, u64 tval, Privilege handler) override {
        tell(&Observer::on_trap, h, cause, tval, handler);
    }
    void on_trap_return(Hart& h, u64 to) override { tell(&Observer::on_trap_return, h, to); }
    void on_satp(Hart& h) override { tell(&Observer::on_satp, h); }
    void on_sfence(Hart& h, u8 rs1, u64 address, u8 rs2, u16 asid) override {
        tell(&Observer::on_sfence, h, rs1, address, rs2, asid);
    }
    void on_outside_store(PhysAddr at, std::span<const u8> bytes) override {
        for (Observer* one : all_) {
            one->on_outside_store(at, bytes);
        }
    }

private:
    template <class Told, class... A>
    void tell(Told told, Hart& hart, const A&... arguments) {
        for (Observer* one : all_) {
            (one->*told)(hart, arguments...);
        }
    }

    std::vector<Observer*> all_;
};

}  // namespace stampede
