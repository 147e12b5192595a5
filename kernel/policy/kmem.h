// What the files of policy `kmem` share.
#pragma once
#include "kernel/policy/locked_frames.h"

namespace kernel::policy {

extern LockedFrames kmem_frames;  // the one lock, and the free frames; it guards every count too

}  // namespace kernel::policy
