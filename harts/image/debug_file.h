// A guest's debug information, opened with libdw.
#pragma once
#include <elfutils/libdw.h>

#include <memory>
#include <vector>

#include "harts/image/elf_image.h"

namespace stampede {

// libdw opens ELF files only, so it gets one that is made here: the sections of debug information
// that our functions have use for, as they lie in the image, behind headers that hold together.
// What else is in a guest's file libdw and libelf never see: string tables that they would inflate
// or scan again and again, links to further files.
//
// Not safe for threads (libdw reads lazily, into itself).
class DebugFile {
public:
    // The image need not outlive this.
    explicit DebugFile(const ElfImage& image);

    [[nodiscard]] Dwarf* dwarf() const { return dwarf_.get(); }  // null: there is none

private:
    struct EndElf {
        void operator()(Elf* elf) const { elf_end(elf); }
    };
    struct EndDwarf {
        void operator()(Dwarf* dwarf) const { dwarf_end(dwarf); }
    };

    std::vector<char> bytes_;  // before elf_ so as to go after it: libelf works on them
    std::unique_ptr<Elf, EndElf> elf_;
    std::unique_ptr<Dwarf, EndDwarf> dwarf_;
};

}  // namespace stampede
