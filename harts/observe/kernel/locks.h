// A kernel's spin locks, by their shape.
#pragma once
#include <string>
#include <vector>

#include "harts/observe/kernel/inferred.h"
#include "harts/observe/kernel/kernel_data.h"

namespace stampede {

struct LockVariable {
    std::string name;  // "kmem.lock"
    u64 address = 0;   // of the word that is taken
};

// Structures with members `locked` and `name`, sleep locks too, in variables and in arrays that are
// one for each hart; those of processes and buffers are not listed one by one.
[[nodiscard]] Inferred<std::vector<LockVariable>> find_locks(const DataTypes& types);

}  // namespace stampede
