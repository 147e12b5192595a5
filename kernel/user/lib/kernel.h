// Which kernel this program runs on: ours, or an xv6 of somebody else's. Nobody tells it; start.cpp
// looks at what exec has left, and whoever wants to know asks here.
#pragma once

namespace user {

// Set before main runs. False: there are xv6's system calls 1 to 21 and no others, rdtime kills,
// the machine goes on when a workload ends, and tables may be as small as xv6's.
extern bool on_own_kernel;

// So often on our kernel, a tenth of it on another, which may be slow and write to a disk.
inline int times(int on_ours) { return on_own_kernel ? on_ours : (on_ours + 9) / 10; }

}  // namespace user
