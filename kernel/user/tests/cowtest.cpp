// Copy-on-write fork, in the spirit of the MIT operating-systems lab's test: a kernel whose fork
// copies cannot pass `simple`. All sizes follow from the memory that is free when a test begins.
#include "kernel/user/lib/memory.h"
#include "kernel/user/lib/print.h"
#include "kernel/user/lib/program.h"
#include "kernel/user/lib/string.h"

using namespace user;

namespace {

[[noreturn]] void failed(const char* test, const char* what) {
    printf(console_out, "%s: %s\n", test, what);
    end_failed(what);
}

[[noreturn]] void end_child(bool good) { exit(good ? 0 : failed_status); }

// Reaps one child and says whether it ended well.
bool child_succeeded() {
    int status = -1;
    return wait(&status) > 0 && status == 0;
}

std::uint64_t* first_word(std::uint8_t* region, std::uint64_t page) {
    return reinterpret_cast<std::uint64_t*>(region + page * page_size);
}

void mark_pages(std::uint8_t* region, std::uint64_t begin, std::uint64_t end, std::uint64_t mark) {
    for (std::uint64_t page = begin; page < end; ++page) {
        *first_word(region, page) = mark + page;
    }
}

bool pages_marked(std::uint8_t* region, std::uint64_t begin, std::uint64_t end,
                  std::uint64_t mark) {
    for (std::uint64_t page = begin; page < end; ++page) {
        if (*first_word(region, page) != mark + page) {
            return false;
        }
    }
    return true;
}

struct Region {
    std::uint8_t* begin;
    std::uint64_t pages;

    Region(const char* test, std::uint64_t pages_wanted) : pages(pages_wanted) {
        begin = sbrk(static_cast<std::int64_t>(pages * page_size));
        if (begin == nullptr) {
            failed(test, "sbrk() failed");
        }
    }
    ~Region() { sbrk(-static_cast<std::int64_t>(pages * page_size)); }
};

std::uint64_t free_pages_for(const char* test) {
    const std::uint64_t pages = free_pages();
    if (pages == UINT64_MAX || pages < 64) {
        failed(test, "too little memory to begin with");
    }
    return pages;
}

// Two thirds of the memory in one process, and then a child: there is room for it only when it
// shares.
void simple() {
    const char* const test = "simple";
    constexpr std::uint64_t mark = 1'000'000;
    Region region(test, free_pages_for(test) / 3 * 2);
    mark_pages(region.begin, 0, region.pages, mark);
    const int pid = fork();
    if (pid < 0) {
        failed(test, "fork() failed");
    }
    if (pid == 0) {
        end_child(pages_marked(region.begin, 0, region.pages, mark));
    }
    if (!child_succeeded()) {
        failed(test, "the child saw other data");
    }
    if (!pages_marked(region.begin, 0, region.pages, mark)) {
        failed(test, "the parent's data changed");
    }
    printf(console_out, "simple: ok\n");
}

// Three processes write a quarter of the memory: one all of it, one four fifths, one half. That is
// most of the memory that there is, and every one must see its own.
void three() {
    const char* const test = "three";
    const std::uint64_t pages = free_pages_for(test) / 4;
    Region region(test, pages);
    constexpr std::uint64_t of_parent = 1'000'000, of_child = 2'000'000, of_grandchild = 3'000'000;
    const int pid = fork();
    if (pid < 0) {
        failed(test, "fork() failed");
    }
    if (pid == 0) {
        const int second = fork();
        if (second < 0) {
            failed(test, "fork() in the child failed");
        }
        if (second == 0) {
            mark_pages(region.begin, 0, pages / 5 * 4, of_grandchild);
            end_child(pages_marked(region.begin, 0, pages / 5 * 4, of_grandchild));
        }
        mark_pages(region.begin, 0, pages / 2, of_child);
        const bool own = pages_marked(region.begin, 0, pages / 2, of_child);
        end_child(child_succeeded() && own);
    }
    mark_pages(region.begin, 0, pages, of_parent);
    if (!child_succeeded()) {
        failed(test, "a child saw other data");
    }
    if (!pages_marked(region.begin, 0, pages, of_parent)) {
        failed(test, "the parent's data changed");
    }
    printf(console_out, "three: ok\n");
}

// read() writes into a page that parent and child share: only the child may see it.
alignas(page_size) std::uint8_t shared[2 * page_size];

void file() {
    const char* const test = "file";
    constexpr int children = 4;
    constexpr std::uint8_t of_parent = 99;
    // Across the end of a page: both pages must be made the child's own.
    std::uint8_t* const target = shared + page_size - 4;
    for (int round = 0; round < children; ++round) {
        memset(shared, of_parent, sizeof shared);
        int ends[2];
        if (pipe(ends) < 0) {
            failed(test, "pipe() failed");
        }
        const int pid = fork();
        if (pid < 0) {
            failed(test, "fork() failed");
        }
        if (pid == 0) {
            const bool got = read(ends[0], target, 8) == 8;
            bool good = got && target[-1] == of_parent && target[8] == of_parent;
            for (int i = 0; i < 8; ++i) {
                good &= target[i] == round + i;
            }
            end_child(good);
        }
        std::uint8_t sent[8];
        for (int i = 0; i < 8; ++i) {
            sent[i] = static_cast<std::uint8_t>(round + i);
        }
        if (write(ends[1], sent, sizeof sent) != static_cast<int>(sizeof sent)) {
            failed(test, "write() failed");
        }
        if (!child_succeeded()) {
            failed(test, "the child read other data");
        }
        for (const std::uint8_t byte : shared) {
            if (byte != of_parent) {
                failed(test, "the parent saw what its child read");
            }
        }
        close(ends[0]);
        close(ends[1]);
    }
    printf(console_out, "file: ok\n");
}

// Every generation writes the page it inherited and then forks the next; on the way back each still
// has its own value.
bool nest(std::uint64_t* word, std::uint64_t depth) {
    if (*word != depth) {
        return false;
    }
    if (depth == 8) {
        return true;
    }
    *word = depth + 1;
    const int pid = fork();
    if (pid < 0) {
        return false;
    }
    if (pid == 0) {
        end_child(nest(word, depth + 1));
    }
    *word = 100 + depth;  // after the fork: not the child's business
    return child_succeeded() && *word == 100 + depth;
}

void fork_in_fork() {
    const char* const test = "fork in fork";
    auto* const word = reinterpret_cast<std::uint64_t*>(shared);
    *word = 0;
    if (!nest(word, 0)) {
        failed(test, "a generation saw another's data");
    }
    printf(console_out, "fork in fork: ok\n");
}

}  // namespace

int main(int, char**) {
    simple();
    simple();  // whether the first run's memory came back
    three();
    three();
    file();
    fork_in_fork();
    printf(console_out, "ALL COW TESTS PASSED\n");
    return 0;
}
