#include "harts/devices/virtio/virtio_mmio.h"

#include <fmt/format.h>

#include <cstring>

#include "harts/devices/plic.h"
#include "harts/devices/virtio/virtio_blk.h"

namespace stampede {
namespace {

enum Register : u64 {  // 4.2.2; those of legacy drivers, 4.2.4
    magic_value = 0x000,
    version_number = 0x004,
    device_id = 0x008,
    vendor_id = 0x00c,
    device_features = 0x010,
    device_features_sel = 0x014,
    driver_features = 0x020,
    driver_features_sel = 0x024,
    guest_page_size = 0x028,  // legacy
    queue_sel = 0x030,
    queue_num_max = 0x034,
    queue_num = 0x038,
    queue_align = 0x03c,  // legacy
    queue_pfn = 0x040,    // legacy
    queue_ready = 0x044,
    queue_notify = 0x050,
    interrupt_status = 0x060,
    interrupt_ack = 0x064,
    status = 0x070,
    queue_desc_low = 0x080,
    queue_desc_high = 0x084,
    queue_driver_low = 0x090,
    queue_driver_high = 0x094,
    queue_device_low = 0x0a0,
    queue_device_high = 0x0a4,
    shm_len_low = 0x0b0,  // there is no shared memory: all ones (4.2.2)
    shm_base_high = 0x0bc,
    configuration = 0x100,
};
constexpr u64 end_of_registers = 0x200;
constexpr u32 magic = 0x7472'6976;                                  // "virt"
constexpr u32 vendor = 0x554d'4551;                                 // "QEMU": drivers look for it
constexpr u32 features_ok = 8, needs_reset = 64;                    // 2.1
constexpr u32 used_buffer = 1, configuration_change = 2;            // of InterruptStatus
constexpr u64 any_layout = u64{1} << 27, version_1 = u64{1} << 32;  // 6, 6.3

void set_low(u64& whole, u32 low) { whole = (whole & ~u64{0xffff'ffff}) | low; }
void set_high(u64& whole, u32 high) { whole = (whole & 0xffff'ffff) | u64{high} << 32; }
u32 half(u64 whole, u32 which) {
    return which == 0 ? static_cast<u32>(whole) : which == 1 ? static_cast<u32>(whole >> 32) : 0;
}

}  // namespace

VirtioMmio::VirtioMmio(Board& board, u32 interrupt, VirtioVersion version,
                       std::unique_ptr<VirtioDevice> behind, u64 latency)
    : board_(board),
      source_(interrupt),
      version_(version),
      behind_(std::move(behind)),
      latency_(latency) {}

std::unique_ptr<Device> VirtioMmio::make(Board& board, u32 interrupt, unsigned slot) {
    const VirtioConfig& config = board.virtio;
    if (slot >= config.disks.size()) {
        return std::make_unique<VirtioMmio>(board, interrupt, config.version, nullptr);
    }
    const DiskConfig& of = config.disks[slot];
    auto disk = std::make_unique<VirtioBlk>(of, fmt::format("disk{}", slot));
    board.disks.push_back(&disk->disk());
    return std::make_unique<VirtioMmio>(board, interrupt, config.version, std::move(disk),
                                        of.latency);
}

DeviceNode VirtioMmio::describe() const {
    return {.name = "virtio_mmio", .compatible = {"virtio,mmio"}};
}

u64 VirtioMmio::features() const {
    return behind_->features() | (is_legacy() ? any_layout : version_1);
}

// --- registers -----------------------------------------------------------------------------------

std::optional<u64> VirtioMmio::load(HartId, u64 offset, unsigned size) {
    if (offset + size > end_of_registers) {
        return std::nullopt;
    }
    if (offset >= configuration) {
        u64 value = 0;
        const auto all = behind_ != nullptr ? behind_->configuration() : std::span<const u8>();
        if (const u64 from = offset - configuration; from < all.size()) {
            const auto there = all.subspan(from);
            std::memcpy(&value, there.data(), std::min<std::size_t>(size, there.size()));
        }
        return value;
    }
    if (size < 4) {
        return 0;
    }
    const FutexGuard guard(lock_);
    const u64 low = load_locked(offset);
    return size == 4 ? low : low | u64{load_locked(offset + 4)} << 32;
}

u32 VirtioMmio::load_locked(u64 offset) const {
    switch (offset) {
    case magic_value: return magic;
    case version_number: return static_cast<u32>(version_);
    case vendor_id: return vendor;
    default: break;
    }
    if (behind_ == nullptr) {
        return 0;
    }
    const bool has_queue = registers_.queue_select == 0;
    switch (offset) {
    case device_id: return behind_->id();
    case device_features: return half(features(), registers_.device_features_select);
    case queue_num_max: return has_queue ? longest_virtqueue : 0;
    case queue_pfn: return has_queue && is_legacy() ? registers_.queue_page : 0;
    case queue_ready: return has_queue && !is_legacy() ? registers_.queue_ready : 0;
    case interrupt_status: return registers_.interrupt;
    case status: return registers_.status;
    default: return offset >= shm_len_low && offset <= shm_base_high ? ~u32{0} : 0;
    }
}

bool VirtioMmio::store(HartId from, u64 offset, unsigned size, u64 value) {
    if (offset + size > end_of_registers) {
        return false;
    }
    if (behind_ == nullptr || offset >= configuration || size < 4) {
        return true;
    }
    if (size == 8) {
        return store(from, offset, 4, value) && store(from, offset + 4, 4, value >> 32);
    }
    if (offset == queue_notify) {
        if (static_cast<u32>(value) == 0) {  // the one queue there is
            notified(from);
        }
        return true;
    }
    {
        const FutexGuard guard(lock_);
        store_locked(offset, static_cast<u32>(value));
    }
    if (offset == status) {
        board_.deadline_changed();  // a reset takes it back
    }
    return true;
}

void VirtioMmio::store_locked(u64 offset, u32 value) {
    switch (offset) {
    case device_features_sel: registers_.device_features_select = value; break;
    case driver_features_sel: registers_.driver_features_select = value; break;
    case driver_features:
        if (registers_.driver_features_select == 0) {
            set_low(registers_.driver_features, value);
        } else if (registers_.driver_features_select == 1) {
            set_high(registers_.driver_features, value);
        }
        break;
    case guest_page_size: registers_.page_size = value; break;
    case queue_sel: registers_.queue_select = value; break;
    case interrupt_ack: registers_.interrupt &= ~value; break;
    case status: store_status_locked(value); break;
    default:
        if (registers_.queue_select == 0) {
            store_queue_locked(offset, value);
        }
    }
}

void VirtioMmio::store_queue_locked(u64 offset, u32 value) {
    switch (offset) {
    case queue_num: registers_.queue_size = value; break;
    case queue_align: registers_.queue_align = value; break;
    case queue_pfn: registers_.queue_page = value; break;
    case queue_ready: registers_.queue_ready = value & 1; break;
    case queue_desc_low: set_low(registers_.descriptors, value); break;
    case queue_desc_high: set_high(registers_.descriptors, value); break;
    case queue_driver_low: set_low(registers_.available, value); break;
    case queue_driver_high: set_high(registers_.available, value); break;
    case queue_device_low: set_low(registers_.used, value); break;
    case queue_device_high: set_high(registers_.used, value); break;
    default: return;
    }
    if ((offset == queue_pfn || offset == queue_ready) && value == 0) {
        registers_.next_available = 0;  // another queue will begin afresh
        registers_.next_used = 0;
        ++resets_;
    }
}

void VirtioMmio::store_status_locked(u32 value) {
    if (value == 0) {  // 2.1.2; the page size is the driver's, not the device's
        registers_ = Registers{.page_size = registers_.page_size};
        due_.store(never, std::memory_order_release);
        ++resets_;
        return;
    }
    registers_.status = (value & 0xff) | (registers_.status & needs_reset);
    if ((registers_.driver_features & ~features()) != 0) {
        registers_.status &= ~features_ok;  // 3.1.1, step 6
    }
}

// --- serving -------------------------------------------------------------------------------------

void VirtioMmio::notified(HartId by) {
    if (latency_ == 0) {
        serve(by);
        return;
    }
    {
        const FutexGuard guard(lock_);
        registers_.notifier = by.value;
        // relaxed: writers hold lock_
        if (due_.load(std::memory_order_relaxed) == never) {
            due_.store(board_.environment.time() + latency_, std::memory_order_release);
        }
    }
    board_.deadline_changed();
}

void VirtioMmio::tick(HartId by, u64 now) {
    {
        const FutexGuard guard(lock_);
        if (now < due_.load(std::memory_order_relaxed)) {  // relaxed: writers hold lock_
            return;
        }
        due_.store(never, std::memory_order_release);
    }
    serve(by);
}

void VirtioMmio::serve(HartId by) {
    HartId notifier = by;
    {
        const FutexGuard guard(lock_);
        asked_ = true;
        if (serving_) {
            return;
        }
        serving_ = true;
        if (latency_ != 0) {
            notifier = {registers_.notifier};
        }
    }
    Misuses misuses;
    while (serve_once(by, misuses)) {
    }
    for (const std::string& misuse : misuses) {
        board_.misused(by, name(),
                       notifier == by
                           ? misuse
                           : fmt::format("{} (hart {} has notified)", misuse, notifier.value));
    }
}

// False: nobody has asked since.
bool VirtioMmio::serve_once(HartId by, Misuses& misuses) {
    Result<Virtqueue> queue = Virtqueue{};
    u64 resets = 0;
    {
        const FutexGuard guard(lock_);
        if (!asked_ || !may_serve_locked()) {
            asked_ = false;
            serving_ = false;
            return false;
        }
        asked_ = false;
        resets = resets_;
        queue = queue_locked();
    }
    const u16 first = queue ? queue->next_used : u16{0};
    const Result<void> served =
        queue ? serve_queue(by, *queue, misuses) : std::unexpected(queue.error());
    const bool used = queue && queue->next_used != first;
    const bool tell = used && queue->wants_interrupts(board_.memory);
    const FutexGuard guard(lock_);
    if (resets != resets_) {
        return true;  // another hart has reset it meanwhile: of a time that is over
    }
    if (queue) {
        registers_.next_available = queue->next_available;
        registers_.next_used = queue->next_used;
    }
    if (!served) {
        misuses.push_back(served.error().message);
        registers_.status |= needs_reset;
    }
    if (tell || !served) {
        registers_.interrupt |= (tell ? used_buffer : 0) | (served ? 0 : configuration_change);
        board_.plic->pulse(source_);
    }
    return true;
}

bool VirtioMmio::may_serve_locked() const {
    return (registers_.status & needs_reset) == 0 &&
           (is_legacy() ? registers_.queue_page : registers_.queue_ready) != 0;
}

Result<Virtqueue> VirtioMmio::queue_locked() const {
    Virtqueue queue{.size = registers_.queue_size,
                    .descriptors = registers_.descriptors,
                    .available = registers_.available,
                    .used = registers_.used,
                    .next_available = registers_.next_available,
                    .next_used = registers_.next_used};
    if (is_legacy()) {
        const u64 base = u64{registers_.queue_page} * registers_.page_size;
        if (const auto laid_out = queue.lay_out(base, registers_.queue_align); !laid_out) {
            return std::unexpected(laid_out.error());
        }
    }
    return queue;
}

Result<void> VirtioMmio::serve_queue(HartId by, Virtqueue& queue, Misuses& misuses) {
    if (const Result<void> sound = queue.check(board_.memory); !sound) {
        return sound;
    }
    for (;;) {
        const Result<std::optional<DescriptorChain>> chain = queue.take(board_.memory);
        if (!chain) {
            return std::unexpected(chain.error());
        }
        if (!*chain) {
            return {};
        }
        Result<VirtioDevice::Served> served = behind_->serve(by, board_.memory, **chain);
        if (!served) {
            return std::unexpected(served.error());
        }
        if (!served->misuse.empty()) {
            misuses.push_back(std::move(served->misuse));
        }
        queue.give_back(by, board_.memory, (*chain)->head, served->written);
    }
}

// --- state ---------------------------------------------------------------------------------------

void VirtioMmio::save(StateWriter& to) const {
    if (behind_ == nullptr) {
        return;  // it has none
    }
    const FutexGuard guard(lock_);
    to.put(registers_);
    to.put(due_.load(std::memory_order_relaxed));  // relaxed: writers hold lock_
    behind_->save(to);
}

void VirtioMmio::restore(StateReader& from) {
    const FutexGuard guard(lock_);
    from.take(registers_);
    due_.store(from.take<u64>(), std::memory_order_release);
    behind_->restore(from);
}

}  // namespace stampede
