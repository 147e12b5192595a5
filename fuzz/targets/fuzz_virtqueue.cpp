// fuzz_virtqueue: what a guest's driver does with a virtio disk, registers and rings. Each input is
// its version, then steps of eight bytes: a register, a word of RAM, a descriptor, a notification.
#include <cstring>

#include "fuzz/targets/require.h"
#include "harts/devices/test_doubles.h"
#include "harts/devices/virtio/disk.h"

using namespace stampede;
using namespace stampede::fuzz;

namespace {

constexpr u64 registers = 0x1000'1000, queue = TestMemory::base;
constexpr u64 sectors = 64;
constexpr u32 entries = 8;

struct Step {
    u8 kind, place;
    u16 small;
    u32 value;
};

class Driver {
public:
    explicit Driver(VirtioVersion version)
        : version_(version),
          board_(1, {},
                 {version,
                  {{.image = FileBytes::copy_of(std::vector<std::byte>(sectors * 512)),
                    .latency = 0}}}) {}

    void take(const Step& step) {
        switch (step.kind % 8) {
        case 0: set(4 * (step.place % 0x80u), step.value); break;
        case 1: put(queue + step.small % TestMemory::size, step.value); break;
        case 2: describe(step); break;
        case 3: make_available(step.small); break;
        case 4: start(); break;
        case 5: put_header(step); break;
        case 6: come_back(); break;
        default: notify();
        }
    }

private:
    void set(u64 offset, u32 value) {
        require(board_.bus.store(hart_0, {registers + offset}, 4, value), "registers are there",
                "");
        require(board_.bus.load(hart_0, {registers + offset}, 4).has_value(), "both ways", "");
    }
    template <class T>
    void put(u64 at, const T& value) {
        const u64 offset = std::min<u64>(at - queue, TestMemory::size - sizeof value);
        std::memcpy(board_.memory.bytes.data() + offset, &value, sizeof value);
    }
    void start() {
        set(0x70, 0);
        set(0x30, 0);
        set(0x38, entries);
        set(0x28, 4096);
        set(0x3c, 4096);
        if (version_ == VirtioVersion::Legacy) {
            set(0x40, queue / 4096);
        } else {
            set(0x80, static_cast<u32>(queue));
            set(0x90, static_cast<u32>(queue + 16 * entries));
            set(0xa0, static_cast<u32>(queue + 0x1000));
            set(0x44, 1);
        }
        put(queue + 16 * entries, u32{0});
        available_ = 0;
    }
    // Mostly in RAM and short, else anything.
    void describe(const Step& step) {
        const u64 at = queue + 16 * (step.place % entries);
        const bool wild = step.place >= 0xf0;
        put(at, wild ? u64{step.value} << 32 | step.value : queue + 0x2000 + (step.value & 0x3fff));
        put(at + 8, wild ? step.value : 1 + (step.value >> 16) % 0x600);
        put(at + 12, static_cast<u16>(step.small & 7));
        put(at + 14, static_cast<u16>(step.small >> 8));
    }
    void put_header(const Step& step) {
        const u64 at = queue + 0x2000 + (step.small & 0x3ff8);
        put(at, u32{step.place} % 12);
        put(at + 8, u64{step.value % (sectors + 8)});
    }
    void make_available(u16 head) {
        const u64 ring = queue + 16 * entries;
        put(ring + 4 + 2 * (available_ % entries), head);
        put(ring + 2, ++available_);
        notify();
    }
    void notify() {
        const bool stopped = needs_reset();
        const std::size_t before = board_.misuses.size();
        set(0x50, 0);
        for (std::size_t n = before; n < board_.misuses.size(); ++n) {
            require(board_.misuses[n].ends_with("expected") ||
                        board_.misuses[n].ends_with("expected first"),
                    "a mistake is told with what was expected", board_.misuses[n]);
        }
        require(!stopped || board_.misuses.size() == before, "who has failed is not served", "");
        require(stopped || !needs_reset() || board_.misuses.size() > before, "who fails is told of",
                "");
        require(board_.board.disks.at(0)->changed_sectors() <= sectors, "a disk does not grow", "");
    }
    void come_back() {
        const Bus::SavedDevices saved = board_.bus.save();
        const u64 hash = board_.bus.hash(0);
        notify();
        board_.bus.restore(saved);
        require(board_.bus.hash(0) == hash, "it comes back", "");
    }
    bool needs_reset() {
        return (board_.bus.load(hart_0, {registers + 0x70}, 4).value_or(0) & 64) != 0;
    }

    const VirtioVersion version_;
    TestBoard board_;
    u16 available_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const u8* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    Driver driver(data[0] % 2 == 0 ? VirtioVersion::Legacy : VirtioVersion::Modern);
    for (std::size_t at = 1; at + sizeof(Step) <= size && at < 4096; at += sizeof(Step)) {
        Step step;
        std::memcpy(&step, data + at, sizeof step);
        driver.take(step);
    }
    return 0;
}
