#include "harts/guests/bare_loops.h"

namespace stampede {

Guest bare_loops(const std::filesystem::path& folder) {
    Guest guest;
    guest.name = "bench_loops";
    guest.kernel = folder / "bench_loops.elf";
    guest.start = [](const Work& work) -> Result<Start> {
        return Start{"loop=" + work.program + (work.words.empty() ? "" : " " + work.words)};
    };
    return guest;
}

}  // namespace stampede
