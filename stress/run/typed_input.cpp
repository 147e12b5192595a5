#include "stress/run/typed_input.h"

#include <algorithm>

#include "stress/run/run.h"

namespace stampede {
namespace {

// a shell without input that says nothing so long has nothing more to do
constexpr unsigned quiet_looks = 8;

}  // namespace

bool TypedInput::over() {
    if (!wanted_ && listeners_.input_wanted && run_.events.user_mode_reached()) {
        wanted_ = true;
        listeners_.input_wanted(run_.machine);
    }
    const u64 said = run_.console.bytes();
    quiet_looks_ =
        listeners_.input_over && listeners_.input_over() && said == said_ ? quiet_looks_ + 1 : 0;
    said_ = said;
    return quiet_looks_ >= quiet_looks && std::ranges::all_of(run_.harts(), &HartStatus::waiting);
}

}  // namespace stampede
