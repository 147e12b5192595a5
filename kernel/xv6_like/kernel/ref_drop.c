#include "defs.h"

int ref_drop(void* pa) { return ref_add(pa, -1); }
