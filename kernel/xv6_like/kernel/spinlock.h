#pragma once
#include "types.h"
struct spinlock {
    uint locked;
    char* name;
    struct cpu* cpu;  // who holds it
};
