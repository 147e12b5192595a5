// A function a system call.
#define SYSTEM_CALL(name, number) .globl name; name: li a7, number; ecall; ret
        .text
#include "syscalls.inc"
