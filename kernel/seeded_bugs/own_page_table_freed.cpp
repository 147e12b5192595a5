// Wrong: a dying process frees the page table that its hart still translates by. It works until
// somebody else gets that frame and fills it before the hart has gone on to another process.
#include "kernel/sys/ending.h"

namespace kernel {

void free_memory(Process& self) {
    self.space.destroy();  // the bug
    self.size = 0;
}

}  // namespace kernel
