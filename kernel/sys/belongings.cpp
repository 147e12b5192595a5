// What a dying process gives back.
#include "kernel/arch/riscv/machine.h"
#include "kernel/fs/fs.h"
#include "kernel/sys/ending.h"

namespace kernel {

namespace {

void close_files(Process& self) {
    for (File*& file : self.open_files) {
        if (file) file_close(*file);
        file = nullptr;
    }
    inode_release(*self.working_directory);
    self.working_directory = nullptr;
}

void free_memory(Process& self) {
    AddressSpace gone;
    {
        InterruptsOff off;   // never to run by a page table that is being freed
        gone.take(self.space);
        arch::use_kernel_page_table();
    }
    gone.destroy();
    self.size = 0;
}

}  // namespace

void give_belongings_back(Process& self) {
    close_files(self);
    free_memory(self);
}

}  // namespace kernel
