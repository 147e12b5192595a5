# Every hart waits for a lock that hart 0 has taken before it waits for it too.
.globl _start
_start:
    la s0, the_lock
    li s1, 1
wait_for_lock:
    amoswap.w.aq t0, s1, (s0)
    beqz t0, wait_for_lock
1:  .insn 0x0100000f    # pause
    lw t0, 0(s0)
    bnez t0, 1b
    j wait_for_lock
.bss
.globl the_lock
.type the_lock, @object
.size the_lock, 8
.balign 8
the_lock: .skip 8
