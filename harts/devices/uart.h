// A 16550A serial port (PC16550D data sheet), as much of it as kernels touch; the guest's console.
#pragma once
#include <array>
#include <functional>
#include <memory>

#include "harts/base/environment.h"
#include "harts/base/futex.h"
#include "harts/devices/device.h"
#include "harts/devices/plic.h"

namespace stampede {

struct UartState {
    static constexpr unsigned fifo_size = 16;

    u8 ier = 0;
    u8 fcr = 0;  // the bits that stay: enable, DMA mode, trigger
    u8 lcr = 0;
    u8 mcr = 0x08;  // OUT2, as QEMU starts
    u8 scr = 0;
    u8 overrun = 0;  // LSR's OE bit; only loop-back can set it
    u8 transmitted =
        0;  // 1: the transmitter's interrupt condition is there and IIR has not told it yet
    u16 divisor = 12;  // 9600 baud
    u8 first = 0;      // of the receive FIFO
    u8 count = 0;
    std::array<u8, fifo_size> fifo{};
    friend bool operator==(const UartState&, const UartState&) = default;
};

// Sending takes no time: THRE and TEMT are always set. That the transmitter is empty is a request
// at the PLIC each time it becomes so, or becomes what IIR tells; its line stays low. Kernels of
// which no handler reads IIR are many, and on QEMU 7.2, whose PLIC forgets a line that stays high,
// they are interrupted once a byte; a line would interrupt them for ever. Receiving: bytes wait at
// the environment until the FIFO has room, so none is ever lost to an overrun; a FIFO below its
// trigger level signals the character time-out at once. Accesses of any size reach the one register
// at their offset, by its low byte; from offset 8 on they fault (both as on QEMU).
//
// The environment is asked for input when somebody has called input_ready() and the guest listens:
// it has the receive interrupt enabled, reads LSR, or reads data. (So a FIFO reset while a kernel
// boots drops nothing that was typed ahead.) Each byte sent counts as input_ready(): a script that
// answers what it reads does so within the instruction that sent it, which repeats.
class Uart final : public Device {
public:
    // `output` gets each byte sent, on the hart's thread, under the UART's lock; it must not come
    // back to a device. `source` is the UART's at the PLIC. Everything must outlive it.
    Uart(Environment& environment, Plic& plic, u32 source, std::function<void(u8)> output);
    // Board::input_ready() is its.
    [[nodiscard]] static std::unique_ptr<Device> make(Board& board, u32 interrupt);

    // The environment may have input. Any thread, not from within Environment::console_input() or
    // `output`.
    void input_ready();

    [[nodiscard]] std::string_view name() const override { return "uart"; }
    [[nodiscard]] std::optional<u64> load(HartId from, u64 offset, unsigned size) override;
    [[nodiscard]] bool store(HartId from, u64 offset, unsigned size, u64 value) override;
    void save(StateWriter& to) const override;
    void restore(StateReader& from) override;
    [[nodiscard]] DeviceNode describe() const override;

    // Whole state but the PLIC's line, which is the PLIC's state. Harts parked.
    [[nodiscard]] UartState state() const;
    void set_state(const UartState& state);

private:
    enum class Identification : u8 {
        None = 0x1,
        Transmitter = 0x2,
        Data = 0x4,
        LineStatus = 0x6,
        TimeOut = 0xc
    };

    [[nodiscard]] Identification interrupt_locked() const REQUIRES(lock_);
    void update_line_locked() REQUIRES(lock_);
    void transmitter_emptied_locked() REQUIRES(lock_);
    void receive_locked() REQUIRES(lock_);
    void push_locked(u8 byte) REQUIRES(lock_);
    [[nodiscard]] unsigned capacity_locked() const REQUIRES(lock_);
    [[nodiscard]] u8 load_locked(u64 offset) REQUIRES(lock_);
    [[nodiscard]] u8 take_locked() REQUIRES(lock_);
    [[nodiscard]] u8 identify_locked() REQUIRES(lock_);
    [[nodiscard]] u8 line_status_locked() REQUIRES(lock_);
    [[nodiscard]] u8 modem_status_locked() const REQUIRES(lock_);
    void store_locked(u64 offset, u8 value) REQUIRES(lock_);
    void send_locked(u8 value) REQUIRES(lock_);
    void set_interrupts_locked(u8 value) REQUIRES(lock_);
    void control_fifos_locked(u8 value) REQUIRES(lock_);
    void control_modem_locked(u8 value) REQUIRES(lock_);

    Environment& environment_;
    Plic& plic_;
    const u32 source_;
    const std::function<void(u8)> output_;

    // Held while the PLIC is told, never the other way round.
    mutable FutexLock lock_;
    UartState state_ GUARDED_BY(lock_);
    // invariant: interrupt_locked(), as the PLIC has last been told of it
    Identification told_ GUARDED_BY(lock_) = Identification::None;
    // the environment has not yet said that it has no more
    bool input_waits_ GUARDED_BY(lock_) = true;
};

}  // namespace stampede
