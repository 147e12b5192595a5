// Which options go together.
#pragma once
#include <string>

#include "stress/options/option_table.h"

namespace stampede {

// Of a command line as it was given; nobody has looked into a replay file yet, so Program is none
// of them.
[[nodiscard]] Situations situations_of(const Options& options);

// Why the command line cannot be honoured as a whole; empty: it can.
[[nodiscard]] std::string contradiction(const Options& options);

// The option given that the replay file `name`, which has a program and no workload, cannot honour;
// empty: none.
[[nodiscard]] std::string contradiction_to_program(const Options& options, const std::string& name);

}  // namespace stampede
