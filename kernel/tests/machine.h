// A machine's memory, ready for spaces and frames as the boot CPU makes it.
#pragma once
#include "kernel/arch/host/host.h"
#include "kernel/frames/frame.h"
#include "kernel/mm/asid.h"
#include "kernel/policy/policy.h"

namespace kernel::test {

class Machine {
public:
    explicit Machine(std::uint64_t pages, std::uint16_t largest_asid = 0xffff)
        : memory_(pages * page_size) {
        frames_init(memory_.begin(), memory_.end(), policy::table_size);
        policy::init(frame_range());
        asids_init(largest_asid);
    }

    std::uint64_t free_frames() const {
        return frame_range().frame_count - policy::frames_in_use();
    }

private:
    host::Memory memory_;
};

}  // namespace kernel::test
