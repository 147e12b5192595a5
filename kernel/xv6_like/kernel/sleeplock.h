#pragma once
#include "spinlock.h"
struct sleeplock {
    uint locked;
    struct spinlock lk;  // guards this one
    char* name;
    int pid;  // who holds it
};
