// Variables whose names and types data_types_test.cpp knows, of every kind that small kernels have.
// Compiled for several versions of DWARF. Not run.
extern "C" {

typedef unsigned long word;
typedef word* table_t;
enum state { unused, used = 7, broken = -1 };

struct lock {
    unsigned locked;
    const char* name;
};
struct run {
    struct run* next;
};

struct {
    struct lock lock;
    struct run* freelist;
} pool;

struct task {
    struct lock lock;
    enum state state;
    int pid;
    struct task* parent;
    table_t table;
    signed char flags[2][3];
    unsigned short wide : 4;  // a bit field: left out
    union {
        long number;
        char bytes[8];
    };
    volatile int last;
} tasks[5];

typedef struct {
    unsigned char n;
} page_t;
page_t pages[16];
unsigned short* counts;
void* anything;
volatile double fraction;
extern int declared_before[];
int declared_before[3];
static long hidden;

[[gnu::noinline]] long calls(long x) {
    static int in_function;
    in_function += (int)x;
    hidden += in_function;
    return hidden + tasks[x].pid + pages[x].n + counts[x] + declared_before[x] +
           (pool.freelist->next != 0) + (anything != 0) + x;
}
}

extern "C" void _start() { calls(1); }
