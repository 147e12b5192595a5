// What trials and their server say to each other: numbers, then texts and turns, as they lie in
// memory. Both ends are one program.
#pragma once
#include "stress/replay/trials.h"

namespace stampede {

// False, or nothing: the other end is gone.
[[nodiscard]] bool send_trial(int socket, const Trial& trial);
[[nodiscard]] std::optional<Trial> receive_trial(int socket);
[[nodiscard]] bool send_result(int socket, const TrialResult& result);
[[nodiscard]] std::optional<TrialResult> receive_result(int socket);

}  // namespace stampede
