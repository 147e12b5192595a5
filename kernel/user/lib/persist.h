// For calls that a program cannot do without: one allocation may fail (the word `fail-allocation=N`
// asks for it) although there is memory enough for all that follow, so what was refused is asked
// for once more.
#pragma once
#include "kernel/user/lib/program.h"

namespace user {

// The result of `call()`; of a second one where that is negative and a failure was asked for.
template <typename Call>
auto persist(Call call) {
    const auto result = call();
    return result < 0 && !memory_lasts ? call() : result;
}

}  // namespace user
