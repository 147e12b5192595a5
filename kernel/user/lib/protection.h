// Whether this kernel keeps programs from writing to their text. xv6 does since 2022; before, all
// of a program's pages may be read, written and executed.
#pragma once
#include "kernel/user/lib/child.h"
#include "kernel/user/lib/kernel.h"

namespace user {

// On our kernel it must, so it is not asked. This process must have no child.
inline bool is_text_protected() {
    return on_own_kernel || status_of_child([] {
                                auto* const text =
                                    reinterpret_cast<volatile std::uint8_t*>(&parse_options);
                                *text = *text;
                            }) == killed_status;
}

}  // namespace user
