#include "harts/base/patient_write.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>

namespace stampede {

// A pipe that polls as ready takes that many bytes at once (pipe(7), PIPE_BUF).
int write_patiently(int descriptor, std::string_view content,
                    std::optional<std::chrono::milliseconds> patience) {
    constexpr std::size_t piece = 4096;
    while (!content.empty()) {
        pollfd ready{descriptor, POLLOUT, 0};
        if (::poll(&ready, 1, patience ? static_cast<int>(patience->count()) : -1) == 0) {
            return ETIMEDOUT;
        }
        const ssize_t written =
            ::write(descriptor, content.data(), std::min(content.size(), piece));
        if (written < 0 && errno != EINTR && errno != EAGAIN) {
            return errno;
        }
        content.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
    }
    return 0;
}

}  // namespace stampede
