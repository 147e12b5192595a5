#include "harts/devices/pcie_window.h"

namespace stampede {

std::unique_ptr<Device> PcieWindow::make_of(Kind kind, Board& board) {
    return std::make_unique<PcieWindow>(
        kind, [&board](HartId by, std::string_view misuse) { board.misused(by, "pcie", misuse); });
}

std::optional<u64> PcieWindow::load(HartId from, u64, unsigned size) {
    if (kind_ == Kind::Memory) {
        misused_(from,
                 "a load from its memory window, where no device has been placed: it gives ones; "
                 "an address of RAM or of a device was expected");
    }
    return ~u64{0} >> (64 - 8 * size);
}

bool PcieWindow::store(HartId from, u64, unsigned, u64) {
    if (kind_ == Kind::Memory) {
        misused_(from,
                 "a store to its memory window, where no device has been placed: it is lost; an "
                 "address of RAM or of a device was expected");
    }
    return true;
}

}  // namespace stampede
