// A CPU in user mode: loads, stores and fetches that translate by the running space's page table,
// keep every translation they ever saw, refusals too, until the kernel flushes it, and fault into
// the kernel as a hart does. As lazy as the architecture allows, so that a missing flush shows.
#pragma once
#include <map>
#include <utility>

#include "kernel/arch/host/host.h"
#include "kernel/mm/space.h"

namespace kernel::test {

class UserCpu final : public host::TranslationListener {
public:
    // CPU number `cpu`: events are heard only while the thread is that one (host::BoundCpu).
    explicit UserCpu(unsigned cpu = arch::cpu_id()) : cpu_(cpu) {}

    // The calling thread's CPU runs `space` from now on.
    void run(AddressSpace& space);

    // What the running program sees. On error: what the kernel says of its fault, which would kill
    // the process. Throws std::runtime_error when the kernel calls the fault handled and the access
    // faults again for ever.
    Result<std::byte> load(VirtAddr address);
    Result<void> store(VirtAddr address, std::byte value);
    Result<void> fetch(VirtAddr address);

    void hear(const host::TranslationEvent& event) override;

private:
    Result<std::byte*> access(VirtAddr address, Access kind);
    Pte translation(VirtAddr page);

    const unsigned cpu_;
    AddressSpace* running_ = nullptr;
    PhysAddr root_;
    std::uint16_t asid_ = 0;
    std::map<std::pair<std::uint16_t, VirtAddr>, Pte> translations_;
};

}  // namespace kernel::test
