// The console: lines, edited by backspace and control-U, ended by enter or control-D.
#include "defs.h"
#include "file.h"
#include "proc.h"

#define CONTROL(key) ((key) - '@')
#define BACKSPACE 0x100

enum { INPUT_BUF_SIZE = 128 };
static struct {
    struct spinlock lock;
    char buf[INPUT_BUF_SIZE];
    uint r;  // read up to here,
    uint w;  // whole lines up to here,
    uint e;  // edited up to here
} cons;

void consputc(int c) {
    if (c == BACKSPACE) {
        uartputc_sync('\b');
        uartputc_sync(' ');
        c = '\b';
    }
    uartputc_sync(c);
}

static int consolewrite(int user_src, uint64 src, int n) {
    for (int i = 0; i < n; i++) {
        char c;
        if (either_copyin(&c, user_src, src + i, 1) < 0) {
            return i;
        }
        uartputc(c);
    }
    return n;
}

static int consoleread(int user_dst, uint64 dst, int n) {
    int done = 0;
    acquire(&cons.lock);
    while (done < n) {
        while (cons.r == cons.w) {
            if (killed(myproc())) {
                release(&cons.lock);
                return -1;
            }
            sleep(&cons.r, &cons.lock);
        }
        char c = cons.buf[cons.r % INPUT_BUF_SIZE];
        if (c == CONTROL('D')) {
            cons.r += done == 0;  // else it stays, for an empty read of its own
            break;
        }
        cons.r++;
        if (either_copyout(user_dst, dst + done, &c, 1) < 0) {
            break;
        }
        done++;
        if (c == '\n') {
            break;
        }
    }
    release(&cons.lock);
    return done;
}

static void rub_out(void) {
    cons.e--;
    consputc(BACKSPACE);
}

static void typed(int c) {
    if (c == 0 || cons.e - cons.r == INPUT_BUF_SIZE) {
        return;
    }
    c = c == '\r' ? '\n' : c;
    consputc(c);
    cons.buf[cons.e++ % INPUT_BUF_SIZE] = c;
    if (c == '\n' || c == CONTROL('D') || cons.e - cons.r == INPUT_BUF_SIZE) {
        cons.w = cons.e;
        wakeup(&cons.r);
    }
}

void consoleintr(int c) {
    acquire(&cons.lock);
    switch (c) {
    case CONTROL('U'):
        while (cons.e != cons.w && cons.buf[(cons.e - 1) % INPUT_BUF_SIZE] != '\n') {
            rub_out();
        }
        break;
    case CONTROL('H'):
    case 0x7f:
        if (cons.e != cons.w) {
            rub_out();
        }
        break;
    default: typed(c); break;
    }
    release(&cons.lock);
}

void consoleinit(void) {
    initlock(&cons.lock, "cons");
    uartinit();
    devsw[CONSOLE].read = consoleread;
    devsw[CONSOLE].write = consolewrite;
}
