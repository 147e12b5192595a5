// The calls that are made while memory is short. Each checks what it gets and ends its process:
// with done_status, failed_cleanly_status, by exec (was_executed_status), through fail(), or as a
// killed process.
#pragma once
#include <cstdint>
#include <span>

namespace user {

inline constexpr int done_status = 40, failed_cleanly_status = 41, was_executed_status = 42;

struct Stage {
    const char* name;
    void (*call)();  // does not return
    bool by_name;    // makes a file of a fixed name: only one process at a time
};
std::span<const Stage> stages();

// Pages that all processes share until one writes them.
void fill_shared();
void check_shared(const char* title);

}  // namespace user
