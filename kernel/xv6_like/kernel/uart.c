// The 16550: output through a buffer that its interrupts empty.
#include "defs.h"
#include "memlayout.h"
#include "proc.h"

#define REG(n) (*(volatile uchar*)(UART0 + (n)))
enum { DATA = 0, IER = 1, FCR = 2, LCR = 3, LSR = 5 };
enum { LSR_INPUT = 1, LSR_IDLE = 1 << 5 };

enum { UART_TX_BUF_SIZE = 32 };
static struct spinlock uart_tx_lock;
static char uart_tx_buf[UART_TX_BUF_SIZE];
static uint64 uart_tx_w;  // both count on and on
static uint64 uart_tx_r;

void uartinit(void) {
    REG(IER) = 0;
    REG(LCR) = 0x80;  // the divisor's latch
    REG(0) = 3;       // 38.4K
    REG(1) = 0;
    REG(LCR) = 3;  // 8 bits, no parity
    REG(FCR) = 7;  // FIFOs on and empty
    REG(IER) = 3;  // both interrupts
    initlock(&uart_tx_lock, "uart");
}

static void uartstart(void) {
    while (uart_tx_r != uart_tx_w && (REG(LSR) & LSR_IDLE)) {
        REG(DATA) = uart_tx_buf[uart_tx_r++ % UART_TX_BUF_SIZE];
        wakeup(&uart_tx_r);
    }
}

// For processes: sleeps while the buffer is full.
void uartputc(int c) {
    acquire(&uart_tx_lock);
    while (uart_tx_w == uart_tx_r + UART_TX_BUF_SIZE) {
        sleep(&uart_tx_r, &uart_tx_lock);
    }
    uart_tx_buf[uart_tx_w++ % UART_TX_BUF_SIZE] = c;
    uartstart();
    release(&uart_tx_lock);
}

// For the kernel's own messages and echoes: spins.
void uartputc_sync(int c) {
    push_off();
    while (panicked) {
    }
    while (!(REG(LSR) & LSR_IDLE)) {
    }
    REG(DATA) = c;
    pop_off();
}

void uartintr(void) {
    while (REG(LSR) & LSR_INPUT) {
        consoleintr(REG(DATA));
    }
    acquire(&uart_tx_lock);
    uartstart();
    release(&uart_tx_lock);
}
