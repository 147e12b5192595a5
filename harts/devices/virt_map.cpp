#include "harts/devices/virt_map.h"

#include "harts/devices/clint.h"
#include "harts/devices/finisher.h"
#include "harts/devices/goldfish_rtc.h"
#include "harts/devices/plic.h"
#include "harts/devices/uart.h"

namespace stampede {

std::span<const DeviceLine> virt_map::lines() {
    static const DeviceLine lines[] = {
        // address, bytes            interrupt  made by
        {clint, 0, Clint::make},
        {{{0xc00'0000}, 0x60'0000}, 0, Plic::make},
        {{{0x10'0000}, 0x1000}, 0, Finisher::make},
        {{{0x10'1000}, 0x1000}, 11, GoldfishRtc::make},
        {{{0x1000'0000}, 0x100}, 10, Uart::make},
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
