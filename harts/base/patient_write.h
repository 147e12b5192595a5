// Writing to a descriptor whose reader may be slow, asleep or gone.
#pragma once
#include <chrono>
#include <optional>
#include <string_view>

namespace stampede {

// Writes all of `content`, blocking descriptor or not. 0, or errno: ETIMEDOUT where whoever reads
// takes nothing for so long (nothing: waits for ever). Of a pipe, EPIPE wants SIGPIPE to be
// ignored. Any thread.
[[nodiscard]] int write_patiently(int descriptor, std::string_view content,
                                  std::optional<std::chrono::milliseconds> patience);

}  // namespace stampede
