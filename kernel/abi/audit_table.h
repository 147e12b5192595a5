// What a kernel tells the harness about itself, so that audits need to know nothing else of it. The
// kernel fills one in guest memory and announces its physical address by GuestCall::audit_table.
// All addresses are physical, all fields little endian.
#pragma once
#include <cstdint>

namespace stampede::abi {

enum class FrameOwner : std::uint8_t {
    free,
    user,
    page_table,
    kernel_stack,
    trapframe,
    pipe,
    file,
    counts,
    other
};

// any other value is the kernel's own: the process exists
enum class ProcessState : std::uint32_t { unused = 0 };

// count of frame f: the integer at address + f * stride; several arrays are summed
struct CountArray {
    std::uint64_t address;
    std::uint32_t width;      // bytes: 1, 2, 4 or 8
    std::uint32_t is_signed;  // 0 or 1
    std::uint64_t stride;     // bytes
};

// singly linked: *head is the physical address of the first free frame, 0 at the end
struct FreeList {
    std::uint64_t head_address;
};

struct AuditTable {
    static constexpr std::uint64_t expected_magic = 0x7469647561706d61;  // "ampaudit"
    static constexpr std::uint32_t first_version =
        1;  // ends with `free`; KernelStats ends with processes_peak
    static constexpr std::uint32_t second_version =
        2;  // ends with `policy_text_end`; one KernelStats
    static constexpr std::uint32_t current_version = 3;
    static constexpr std::uint32_t max_count_arrays = 64;
    static constexpr std::uint32_t max_free_lists = 64;

    std::uint64_t magic;
    std::uint32_t version;
    // bit number of the copy-on-write marker in a PTE (8 or 9)
    std::uint32_t marker_bit;

    std::uint64_t first_frame;  // address of frame 0 of the arrays below
    std::uint64_t frame_count;
    // of a u64: frames at or past this physical address were never used
    std::uint64_t frontier_address;

    std::uint64_t owners;            // FrameOwner, one byte a frame
    std::uint32_t count_arrays;      // entries used of counts[]
    std::uint32_t free_lists;        // entries used of free[]
    std::uint64_t free_link_offset;  // bytes: where in a free frame the next one's address stands

    std::uint64_t process_base;    // process array
    std::uint64_t process_stride;  // bytes
    std::uint64_t process_count;
    std::uint32_t pid_offset;       // of a u32
    std::uint32_t state_offset;     // of a u32, ProcessState
    std::uint64_t root_pte_offset;  // of a u64: satp-style PPN of the root page table in its low 44
                                    // bits; 0: none

    std::uint64_t user_end;       // first virtual address past the user half
    std::uint64_t stats_address;  // of the first KernelStats, 0: none

    CountArray counts[max_count_arrays];
    FreeList free[max_free_lists];

    // Since version 2. Virtual addresses: the code that may touch free frames (links them, takes
    // them), [begin, end). A hart whose call chain passes through it may have counts and free lists
    // in its hands.
    std::uint64_t policy_text_begin;
    std::uint64_t policy_text_end;

    // Since version 3.
    std::uint64_t free_links;  // of frame_count u64: where the next one's address stands; 0: in the
                               // free frame
    std::uint64_t stats_stride;  // bytes from one KernelStats to the next
    std::uint64_t stats_count;   // of them; each field's total is the sum modulo 2^64
};

// Totals since boot. A field is a u64 that the kernel adds to atomically, or part of such a total.
struct KernelStats {
    std::uint64_t cow_copied;      // write faults and copyouts that copied a shared frame
    std::uint64_t cow_taken_over;  // … that took the frame over as its last owner
    std::uint64_t oom_kills;       // processes killed for want of memory at a fault
    std::uint64_t frames_in_use;
    std::uint64_t frames_peak;     // most frames in use at once
    std::uint64_t frames_at_boot;  // in use before the first process was made
    std::uint64_t processes_peak;  // most processes alive at once
    // Since version 2 of the table.
    std::uint64_t allocations_failed;  // because that was asked for (SystemCall::fail_allocation)
};

}  // namespace stampede::abi
