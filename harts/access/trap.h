// Traps (privileged specification 3.1.6 to 3.1.9, 3.3.2 and 4.1.1): values, not exceptions. On the
// hart's thread.
#pragma once
#include "harts/core/csr_numbers.h"
#include "harts/core/hart.h"

namespace stampede {

// Takes an exception at own.pc: sets the CSRs, the privilege and own.pc. The instruction does not
// retire.
void take_exception(Hart& hart, Cause cause, u64 tval);

// Takes the interrupt of highest priority that is pending and enabled, if there is one.
bool take_interrupt(Hart& hart);

// xRET's changes of state; own.pc is the caller's to set to the returned address.
u64 return_from_machine(Hart& hart);
u64 return_from_supervisor(Hart& hart);

}  // namespace stampede
