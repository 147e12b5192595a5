#include "harts/core/hart.h"

#include <algorithm>
#include <limits>

#include "harts/core/csr_numbers.h"
#include "harts/core/machine_context.h"

namespace stampede {
namespace {

// The bank that accesses at `privilege` use.
TlbBank* bank_of(Hart& hart, Privilege privilege) {
    const Satp satp{hart.own.csr.satp};
    if (privilege == Privilege::Machine || !satp.paging()) {
        return &hart.tlb.bare();
    }
    if (privilege == Privilege::User) {
        return &hart.tlb.user(satp);
    }
    const bool sum = (hart.own.csr.mstatus & csr::status_sum) != 0;
    return sum ? &hart.tlb.supervisor_sum(satp) : &hart.tlb.supervisor(satp);
}

}  // namespace

Hart::Hart(HartId id, MachineContext& machine)
    : ram(reinterpret_cast<u64>(machine.ram.host(ram_base))), machine(machine), code(machine.ram) {
    own.id = id;
    reset(ram_base.value, 0);
}

void Hart::reset(u64 pc, u64 device_tree) {
    const HartId id = own.id;
    own = HartState{};
    own.id = id;
    own.pc = pc;
    own.x[10] = id.value;
    own.x[11] = device_tree;
    select_banks(*this);
}

void Hart::decode_anew() {
    code.clear();
    own.page = nullptr;
    tlb.for_each_bank([&](TlbBank& bank) {
        bank.for_each_used_fetch([&](FetchEntry& entry) {
            if (entry.page != no_tag) {
                const PhysAddr at{entry.physical & ~page_offset_mask};
                CodePage* const found = code.find(machine.ram.page_index(at));
                entry.code = found != nullptr
                                 ? found
                                 : &code.make(machine.ram.page_index(at), at, *machine.engine);
            }
        });
    });
}

u64 Hart::pending_interrupts() { return pending_interrupts(machine.clint.time()); }

u64 Hart::pending_interrupts(u64 now) {
    machine.tick_devices(own.id);
    own.timer_lines = now >= machine.clint.timer_compare(own.id) ? csr::mti : 0;
    if ((own.csr.menvcfg & csr::menvcfg_stce) != 0) {
        own.timer_lines |= now >= own.csr.stimecmp ? csr::sti : 0;
    }
    return own.csr.mip | own.timer_lines | shared.lines.load(std::memory_order_acquire);
}

u64 Hart::next_deadline(u64 after) const {
    u64 deadline = std::numeric_limits<u64>::max();
    if (const u64 compare = machine.clint.timer_compare(own.id);
        (own.csr.mie & csr::mti) != 0 && compare > after) {
        deadline = compare;
    }
    if ((own.csr.mie & csr::sti) != 0 && (own.csr.menvcfg & csr::menvcfg_stce) != 0 &&
        own.csr.stimecmp > after) {
        deadline = std::min(deadline, own.csr.stimecmp);
    }
    if ((own.csr.mie & (csr::mei | csr::sei)) != 0) {
        if (const u64 device = machine.device_deadline(); device > after) {
            deadline = std::min(deadline, device);
        }
    }
    return deadline;
}

void Hart::wake_up() {
    // seq_cst: of "I sleep" in the hart and "wake" here at least one is seen by the other side.
    shared.wake.fetch_add(1, std::memory_order_seq_cst);
    if (shared.sleeping.load(std::memory_order_seq_cst) != 0) {
        futex_wake(shared.wake, 1);
    }
}

void select_banks(Hart& hart) {
    HartState& own = hart.own;
    own.fetch = bank_of(hart, own.mode);
    own.page = nullptr;
    own.data = own.fetch;
    if (own.mode == Privilege::Machine && (own.csr.mstatus & csr::status_mprv) != 0) [[unlikely]] {
        own.data = bank_of(hart, static_cast<Privilege>((own.csr.mstatus & csr::status_mpp) >>
                                                        csr::status_mpp_shift));
    }
}

void note_spin(HartState& own, u64 pc, u64 address, u64 value) {
    Spin& spin = own.spin;
    if (spin.pc != pc || spin.address != address || spin.value != value) {
        spin.pc = pc;
        spin.address = address;
        spin.value = value;
        spin.count = 1;
        return;
    }
    if (++spin.count >= spin.limit && spin.limit != 0) {
        spin.count = 0;
        own.stop = StopReason::Spin;
        own.stopping = true;
        own.attention = true;
    }
}

}  // namespace stampede
