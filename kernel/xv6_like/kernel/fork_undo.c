#include "defs.h"
#include "proc.h"

// fork failed: what it had made of the child goes. Its lock is held.
void fork_undo(struct proc* child) { freeproc(child); }
