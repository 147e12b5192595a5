// A hart without work looks for it again at once.
#include "defs.h"

void idle(void) {}
