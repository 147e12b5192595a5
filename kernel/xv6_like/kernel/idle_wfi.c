// A hart without work waits for an interrupt. They are off since before it looked for work, so that
// one that has come since is still pending, and wfi does not wait.
#include "defs.h"

void idle(void) { asm volatile("wfi"); }
