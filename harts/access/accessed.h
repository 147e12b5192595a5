// What comes of an access: a value, or why there is none.
#pragma once
#include <expected>

#include "harts/core/csr_numbers.h"

namespace stampede {

// Why an access did not happen; the caller takes the exception.
struct Fault {
    Cause cause;
    u64 tval;                // the virtual address of the part that failed
    bool postponed = false;  // no exception: an observer wants the instruction begun again later
};

template <class T>
using Accessed = std::expected<T, Fault>;
inline std::unexpected<Fault> fault(Cause cause, u64 tval) {
    return std::unexpected(Fault{cause, tval});
}
inline std::unexpected<Fault> postponed() { return std::unexpected(Fault{{}, 0, true}); }

}  // namespace stampede
