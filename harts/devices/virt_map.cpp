#include "harts/devices/virt_map.h"

#include "harts/devices/clint.h"
#include "harts/devices/finisher.h"
#include "harts/devices/goldfish_rtc.h"
#include "harts/devices/pcie_window.h"
#include "harts/devices/plic.h"
#include "harts/devices/uart.h"
#include "harts/devices/virtio/virtio_mmio.h"

namespace stampede {
namespace {

template <unsigned slot>
std::unique_ptr<Device> virtio(Board& board, u32 interrupt) {
    return VirtioMmio::make(board, interrupt, slot);
}

}  // namespace

std::span<const DeviceLine> virt_map::lines() {
    static const DeviceLine lines[] = {
        // address, bytes            interrupt  made by
        {clint, 0, Clint::make},
        {{{0xc00'0000}, 0x60'0000}, 0, Plic::make},
        {{{0x10'0000}, 0x1000}, 0, Finisher::make},
        {{{0x10'1000}, 0x1000}, 11, GoldfishRtc::make},
        {{{0x1000'0000}, 0x100}, 10, Uart::make},
        {{{0x1000'1000}, 0x1000}, 1, virtio<0>},
        {{{0x1000'2000}, 0x1000}, 2, virtio<1>},
        {{{0x1000'3000}, 0x1000}, 3, virtio<2>},
        {{{0x1000'4000}, 0x1000}, 4, virtio<3>},
        {{{0x1000'5000}, 0x1000}, 5, virtio<4>},
        {{{0x1000'6000}, 0x1000}, 6, virtio<5>},
        {{{0x1000'7000}, 0x1000}, 7, virtio<6>},
        {{{0x1000'8000}, 0x1000}, 8, virtio<7>},
        {{{0x3000'0000}, 0x1000'0000}, 0, PcieWindow::make<PcieWindow::Kind::Configuration>},
        {{{0x4000'0000}, 0x4000'0000}, 0, PcieWindow::make<PcieWindow::Kind::Memory>},
    };
    return lines;
}

std::vector<std::unique_ptr<Device>> make_devices(Board& board, Bus& bus,
                                                  std::span<const DeviceLine> more) {
    std::vector<std::unique_ptr<Device>> devices;
    for (const std::span<const DeviceLine> lines : {virt_map::lines(), more}) {
        for (const DeviceLine& line : lines) {
            devices.push_back(line.make(board, line.interrupt));
            bus.map(line.range, *devices.back(), line.interrupt);
        }
    }
    return devices;
}

}  // namespace stampede
