#include "kernel/user/lib/outcome.h"

#include "kernel/user/lib/child.h"
#include "kernel/user/lib/persist.h"
#include "kernel/user/lib/system_calls.h"

namespace user {
namespace {

// Set in every status that status() makes, in none that the kernel or fail() makes.
constexpr int is_outcome = 1 << 20, is_refused = 1 << 16, is_killed = 1 << 17,
              operations_mask = 0xffff;

}  // namespace

int Outcome::status() const {
    return is_outcome | (refused ? is_refused : 0) | (killed ? is_killed : 0) |
           static_cast<int>(operations & operations_mask);
}

Reaped reap(Outcome& sum, int* pid) {
    int status = 0;
    const int reaped = persist([&] { return wait(&status); });
    if (reaped < 0) {
        return Reaped::nobody;
    }
    if (pid != nullptr) {
        *pid = reaped;
    }
    if (status == killed_status) {
        sum.killed = true;
        return Reaped::killed;
    }
    if ((status & is_outcome) == 0) {
        exit(failed_status);
    }
    sum.add({static_cast<std::uint32_t>(status & operations_mask), (status & is_refused) != 0,
             (status & is_killed) != 0});
    return Reaped::ended;
}

}  // namespace user
