// For tests: each is a process of its own, which ends with 1 where something is not as expected.
#pragma once
#include "user.h"
#define CHECK(what) ((what) ? (void)0 : check_failed(__LINE__, #what))
void check_failed(int line, const char* what) __attribute__((noreturn));

// wait(), for a child that there must be: its status.
int ended(void);
int forked(void);  // fork(), which must not fail
