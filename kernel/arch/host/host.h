// Threads as CPUs: what a test needs to run base/, mm/ and policy/ on the host, without any emulator.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernel/arch/arch.h"

namespace kernel::host {

// The machine's memory while it lives, zeroed; physical addresses begin at `begin()` as the guest's do. One at a time.
class Memory {
public:
    explicit Memory(std::size_t bytes);   // rounded up to pages; aborts when the host has none
    ~Memory();
    Memory(const Memory&) = delete;
    Memory& operator=(const Memory&) = delete;

    static constexpr PhysAddr begin() { return {0x80000000}; }
    PhysAddr end() const { return begin() + bytes_; }

private:
    std::size_t bytes_;
};

// The calling thread is CPU `cpu` while this lives; without one it is CPU 0. No two threads may be one CPU at a time.
class BoundCpu {
public:
    explicit BoundCpu(unsigned cpu);
    ~BoundCpu();
    BoundCpu(const BoundCpu&) = delete;
    BoundCpu& operator=(const BoundCpu&) = delete;

private:
    unsigned before_;
};

// What a CPU was told to do with its translations.
struct TranslationEvent {
    enum class Kind : std::uint8_t { flush_page, flush_space, flush_all, use_page_table };
    Kind kind;
    VirtAddr page;        // flush_page
    std::uint16_t asid;   // all but flush_all
    PhysAddr root;        // use_page_table

    bool operator==(const TranslationEvent&) const = default;
};

// Events of the calling thread's CPU while this lives, in order. Nests: the innermost records.
class RecordedTranslations {
public:
    RecordedTranslations();
    ~RecordedTranslations();
    RecordedTranslations(const RecordedTranslations&) = delete;
    RecordedTranslations& operator=(const RecordedTranslations&) = delete;

    const std::vector<TranslationEvent>& events() const { return events_; }
    void clear() { events_.clear(); }

private:
    friend void record(const TranslationEvent& event);
    std::vector<TranslationEvent> events_;
    RecordedTranslations* before_;
};

}  // namespace kernel::host
