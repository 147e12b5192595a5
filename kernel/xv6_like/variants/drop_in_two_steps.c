// Wrong: kfree looks whether others have the frame, lets the lock go, and acts on what it saw. Two
// who do so together both leave the frame to the other, and nobody frees it.
#include "defs.h"

int ref_drop(void* pa) {
    if (ref_add(pa, 0) > 1) {
        ref_add(pa, -1);
        return 1;
    }
    return ref_add(pa, -1);
}
