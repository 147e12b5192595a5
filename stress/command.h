// The `stress` command from its arguments to its exit status.
#pragma once

namespace stampede {

int stress_command(int argc, const char* const* argv);

}  // namespace stampede
