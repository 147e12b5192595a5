// What part of a variable lies at an offset, by its type in the DWARF of a guest's file.
#pragma once
#include <elfutils/libdw.h>

#include <string>
#include <unordered_map>

#include "harts/base/types.h"

namespace stampede {

// One thread. The file may be any: what does not fit together ends the path.
class DataMembers {
public:
    // `dwarf` may be null, and outlives this.
    explicit DataMembers(Dwarf* dwarf) : dwarf_(dwarf) {}

    // Of the variable at `object`: "[30].lock.word_"; behind what is known comes the rest,
    // "[30]+0x8"; "" for the beginning of what is neither array nor structure. Members of the
    // standard library's own (_M_…) are left out. The first call reads all variables of the file.
    [[nodiscard]] std::string path(u64 object, u64 offset);

private:
    void read_variables();
    void read_variables(Dwarf_Die* parent, unsigned depth);

    Dwarf* const dwarf_;
    bool read_ = false;
    std::unordered_map<u64, Dwarf_Off> variables_;  // by address
};

}  // namespace stampede
