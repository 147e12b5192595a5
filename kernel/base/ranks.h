// The order of locks. A CPU that holds a lock may take only locks of a higher rank: outermost
// first. Two locks of one rank are never held together. Checked at run time by Spinlock; the reason
// for each place stands beside it.
#pragma once
#include <cstdint>

namespace kernel {

enum class Rank : std::uint8_t {
    // File system: calls take these first and sleep or wake under them.
    file_system,    // names: which directory has which entry; inodes are read and written under it
    file,           // one open file's offset; the inode is read and written under it
    inode,          // one inode's contents, size and links; user memory is copied under it
    pipe,           // one pipe's ring; readers and writers sleep under it
    console_input,  // the line being typed; readers sleep under it

    // Processes.
    family,  // a process's list of children; a parent sleeps under it, a dying child wakes its
             // parent under it
    clock,   // processes that sleep for a time
    sleep_bucket,  // one bucket of sleep channels: taken under the sleeper's own lock above
    process,    // one process's state; held across a context switch, so nothing above may be wanted
                // under it
    slot_pool,  // one hart's free process slots
    run_queue,  // one hart's runnable processes

    // Memory: anybody may allocate or free.
    frames,  // the frame policy's: free frames, and counts where they have no lock of their own
    frame_counts,  // counts under a second lock: a frame that was just taken gets its count inside
                   // the first

    console_output,  // last: printing is allowed everywhere
};

}  // namespace kernel
