// What a kernel's file tells of it before it runs: constant objects in its loaded image, by the
// names of their symbols, which a kernel in any language can define. One that is absent is not
// known.
#pragma once

// A byte. 1: fork shares frames, and a later write copies; 0: fork copies at once.
#define STAMPEDE_SHARES_ON_FORK "stampede_shares_on_fork"
