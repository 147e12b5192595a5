// Threads as CPUs: what a test needs to run base/, frames/, policy/ and mm/ on the host, without
// any emulator.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernel/arch/arch.h"

namespace kernel::host {

// The machine's memory while it lives, zeroed; physical addresses begin at `begin()` as the guest's
// do. One at a time.
class Memory {
public:
    explicit Memory(std::size_t bytes);  // rounded up to pages; aborts when the host has none
    ~Memory();
    Memory(const Memory&) = delete;
    Memory& operator=(const Memory&) = delete;

    static constexpr PhysAddr begin() { return {0x80000000}; }
    PhysAddr end() const { return begin() + bytes_; }

private:
    std::size_t bytes_;
};

// The calling thread is CPU `cpu` while this lives; without one it is CPU 0. No two threads may be
// one CPU at a time.
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
    VirtAddr page;       // flush_page
    std::uint16_t asid;  // all but flush_all
    PhysAddr root;       // use_page_table

    bool operator==(const TranslationEvent&) const = default;
};

// Hears of the events of the calling thread's CPU, each as it happens, while this lives. Several
// may listen at once; the last made goes first.
class TranslationListener {
public:
    TranslationListener();
    virtual ~TranslationListener();
    TranslationListener(const TranslationListener&) = delete;
    TranslationListener& operator=(const TranslationListener&) = delete;

    virtual void hear(const TranslationEvent& event) = 0;

private:
    friend void tell_listeners(const TranslationEvent& event);
    TranslationListener* before_;
};

// Keeps them, in order.
class RecordedTranslations final : public TranslationListener {
public:
    const std::vector<TranslationEvent>& events() const { return events_; }
    void clear() { events_.clear(); }
    void hear(const TranslationEvent& event) override { events_.push_back(event); }

private:
    std::vector<TranslationEvent> events_;
};

}  // namespace kernel::host
