#include "harts/devices/uart.h"

namespace stampede {
namespace {

enum Register : u64 {
    data,
    interrupt_enable,
    fifo_control,
    line_control,
    modem_control,
    line_status,
    modem_status,
    scratch
};
constexpr u64 registers = 8;

constexpr u8 ier_receive = 0x01, ier_transmit = 0x02, ier_line_status = 0x04, ier_all = 0x0f;
constexpr u8 iir_fifos_enabled = 0xc0;
constexpr u8 fcr_enable = 0x01, fcr_reset_receiver = 0x02, fcr_kept = 0xc9;
constexpr u8 lcr_divisor_latch = 0x80;
constexpr u8 mcr_dtr = 0x01, mcr_rts = 0x02, mcr_out1 = 0x04, mcr_out2 = 0x08, mcr_loop = 0x10,
             mcr_all = 0x1f;
// THRE and TEMT
constexpr u8 lsr_data_ready = 0x01, lsr_overrun = 0x02, lsr_transmitter_empty = 0x60;
constexpr u8 msr_cts = 0x10, msr_dsr = 0x20, msr_ring = 0x40, msr_carrier = 0x80;

unsigned trigger_level(u8 fcr) {
    constexpr std::array<unsigned, 4> levels{1, 4, 8, 14};
    return levels[fcr >> 6];
}

}  // namespace

Uart::Uart(Environment& environment, Plic& plic, u32 source, std::function<void(u8)> output)
    : environment_(environment), plic_(plic), source_(source), output_(std::move(output)) {}

std::unique_ptr<Device> Uart::make(Board& board, u32 interrupt) {
    auto uart =
        std::make_unique<Uart>(board.environment, *board.plic, interrupt, board.console_output);
    board.input_ready = [&uart = *uart] { uart.input_ready(); };
    return uart;
}

DeviceNode Uart::describe() const {
    return {.name = "serial",
            .compatible = {"ns16550a"},
            .properties = {{"clock-frequency", std::vector<u32>{3'686'400}}},
            .role = DeviceNode::Role::Console};
}

void Uart::input_ready() {
    const FutexGuard guard(lock_);
    input_waits_ = true;
    if ((state_.ier & ier_receive) != 0) {
        receive_locked();
    }
}

std::optional<u64> Uart::load(HartId, u64 offset, unsigned size) {
    if (offset + size > registers) {
        return std::nullopt;
    }
    const FutexGuard guard(lock_);
    return load_locked(offset);
}

bool Uart::store(HartId, u64 offset, unsigned size, u64 value) {
    if (offset + size > registers) {
        return false;
    }
    const FutexGuard guard(lock_);
    store_locked(offset, static_cast<u8>(value));
    return true;
}

// --- interrupts ----------------------------------------------------------------------------------

Uart::Identification Uart::interrupt_locked() const {
    if ((state_.ier & ier_line_status) != 0 && state_.overrun != 0) {
        return Identification::LineStatus;
    }
    if ((state_.ier & ier_receive) != 0 && state_.count > 0) {
        const bool below_trigger =
            (state_.fcr & fcr_enable) != 0 && state_.count < trigger_level(state_.fcr);
        return below_trigger ? Identification::TimeOut : Identification::Data;
    }
    if ((state_.ier & ier_transmit) != 0 && state_.transmitted != 0) {
        return Identification::Transmitter;
    }
    return Identification::None;
}

void Uart::update_line_locked() {
    const Identification which = interrupt_locked();
    const bool transmitter = which == Identification::Transmitter;
    plic_.set_level(source_,
                    which == Identification::None || transmitter ? Level::Low : Level::High);
    if (transmitter && told_ != which) {
        plic_.pulse(source_);
    }
    told_ = which;
}

// Is news each time, however often IIR was read in between.
void Uart::transmitter_emptied_locked() {
    state_.transmitted = 1;
    if (told_ == Identification::Transmitter) {
        told_ = Identification::None;
    }
    update_line_locked();
}

// --- receiving -----------------------------------------------------------------------------------

unsigned Uart::capacity_locked() const {
    return (state_.fcr & fcr_enable) != 0 ? UartState::fifo_size : 1;
}

void Uart::receive_locked() {
    if ((state_.mcr & mcr_loop) != 0) {
        return;
    }
    while (input_waits_ && state_.count < capacity_locked()) {
        if (const std::optional<u8> byte = environment_.console_input()) {
            push_locked(*byte);
        } else {
            input_waits_ = false;
        }
    }
    update_line_locked();
}

void Uart::push_locked(u8 byte) {
    state_.fifo[(state_.first + state_.count) % UartState::fifo_size] = byte;
    ++state_.count;
}

u8 Uart::take_locked() {
    u8 byte = 0;
    if (state_.count > 0) {
        byte = state_.fifo[state_.first];
        state_.first = (state_.first + 1) % UartState::fifo_size;
        --state_.count;
    }
    receive_locked();
    update_line_locked();
    return byte;
}

// --- registers -----------------------------------------------------------------------------------

u8 Uart::load_locked(u64 offset) {
    const bool divisor_latch = (state_.lcr & lcr_divisor_latch) != 0;
    switch (offset) {
    case data: return divisor_latch ? static_cast<u8>(state_.divisor) : take_locked();
    case interrupt_enable: return divisor_latch ? static_cast<u8>(state_.divisor >> 8) : state_.ier;
    case fifo_control: return identify_locked();
    case line_control: return state_.lcr;
    case modem_control: return state_.mcr;
    case line_status: return line_status_locked();
    case modem_status: return modem_status_locked();
    default: return state_.scr;
    }
}

u8 Uart::identify_locked() {
    const Identification which = interrupt_locked();
    if (which == Identification::Transmitter) {
        state_.transmitted = 0;  // reading it here is what clears it (data sheet, table IV)
        update_line_locked();
    }
    return static_cast<u8>(which) | ((state_.fcr & fcr_enable) != 0 ? iir_fifos_enabled : 0);
}

u8 Uart::line_status_locked() {
    if (state_.count == 0) {
        receive_locked();
    }
    u8 status = lsr_transmitter_empty | (state_.count > 0 ? lsr_data_ready : 0);
    if (state_.overrun != 0) {
        status |= lsr_overrun;
        state_.overrun = 0;
        update_line_locked();
    }
    return status;
}

u8 Uart::modem_status_locked() const {
    if ((state_.mcr & mcr_loop) == 0) {
        return msr_carrier | msr_dsr | msr_cts;
    }
    // In loop-back the modem outputs are wired to the inputs.
    const u8 mcr = state_.mcr;
    return static_cast<u8>(
        ((mcr & mcr_rts) != 0 ? msr_cts : 0) | ((mcr & mcr_dtr) != 0 ? msr_dsr : 0) |
        ((mcr & mcr_out1) != 0 ? msr_ring : 0) | ((mcr & mcr_out2) != 0 ? msr_carrier : 0));
}

void Uart::store_locked(u64 offset, u8 value) {
    const bool divisor_latch = (state_.lcr & lcr_divisor_latch) != 0;
    switch (offset) {
    case data:
        if (divisor_latch) {
            state_.divisor = static_cast<u16>((state_.divisor & 0xff00) | value);
        } else {
            send_locked(value);
        }
        break;
    case interrupt_enable:
        if (divisor_latch) {
            state_.divisor = static_cast<u16>((state_.divisor & 0x00ff) | (value << 8));
        } else {
            set_interrupts_locked(value);
        }
        break;
    case fifo_control: control_fifos_locked(value); break;
    case line_control: state_.lcr = value; break;
    case modem_control: control_modem_locked(value); break;
    case scratch: state_.scr = value; break;
    default: break;  // LSR and MSR are read-only
    }
}

void Uart::send_locked(u8 value) {
    if ((state_.mcr & mcr_loop) == 0) {
        output_(value);
        input_waits_ = true;
        if ((state_.ier & ier_receive) != 0) {
            receive_locked();
        }
    } else if (state_.count < capacity_locked()) {
        push_locked(value);
    } else {
        state_.overrun = 1;
    }
    transmitter_emptied_locked();
}

void Uart::set_interrupts_locked(u8 value) {
    const u8 changed = (state_.ier ^ value) & ier_all;
    state_.ier = value & ier_all;
    if ((changed & ier_transmit) != 0) {
        state_.transmitted = (state_.ier & ier_transmit) !=
                             0;  // the holding register is empty: enabling interrupts at once
    }
    if ((state_.ier & ier_receive) != 0) {
        receive_locked();
    }
    update_line_locked();
}

void Uart::control_fifos_locked(u8 value) {
    const bool toggled = ((value ^ state_.fcr) & fcr_enable) != 0;
    if (toggled || (value & fcr_reset_receiver) != 0) {
        state_.first = 0;
        state_.count = 0;
    }
    state_.fcr = value & fcr_kept;
    if ((state_.ier & ier_receive) != 0) {
        receive_locked();
    }
    update_line_locked();
}

void Uart::control_modem_locked(u8 value) {
    state_.mcr = value & mcr_all;
    if ((state_.ier & ier_receive) != 0) {
        receive_locked();  // what waited while the port was looped back
    }
}

// --- state ---------------------------------------------------------------------------------------

void Uart::save(StateWriter& to) const {
    const FutexGuard guard(lock_);
    for (const u8 part : {state_.ier, state_.fcr, state_.lcr, state_.mcr, state_.scr,
                          state_.overrun, state_.transmitted, state_.count}) {
        to.put(part);
    }
    to.put(state_.divisor);
    for (unsigned i = 0; i < state_.count; ++i) {  // where the FIFO begins shows nowhere
        to.put(state_.fifo[(state_.first + i) % UartState::fifo_size]);
    }
}

void Uart::restore(StateReader& from) {
    UartState all;
    for (u8* part : {&all.ier, &all.fcr, &all.lcr, &all.mcr, &all.scr, &all.overrun,
                     &all.transmitted, &all.count}) {
        from.take(*part);
    }
    from.take(all.divisor);
    from.take_all(std::span(all.fifo).first(all.count));
    set_state(all);
}

UartState Uart::state() const {
    const FutexGuard guard(lock_);
    return state_;
}

void Uart::set_state(const UartState& state) {
    const FutexGuard guard(lock_);
    state_ = state;
    told_ = interrupt_locked();
    input_waits_ = true;  // what the environment said then is of another time
}

}  // namespace stampede
