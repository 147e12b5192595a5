// fork, exec and wait over and over. The new image is this program again, with arguments that
// follow from a seed: it must find each of them, its data as the file has it and the rest zero,
// whatever its predecessor had written there; then it ends, or executes itself with another seed.
// Before, some exec() that must fail, which may change nothing. Its parent must find its own bytes,
// and the statuses of its children. One operation is an image that was executed and reaped.
#include "kernel/user/lib/child.h"
#include "kernel/user/lib/guest_calls.h"
#include "kernel/user/lib/outcome.h"
#include "kernel/user/lib/print.h"
#include "kernel/user/lib/random.h"
#include "kernel/user/lib/string.h"
#include "kernel/user/lib/system_calls.h"
#include "kernel/user/lib/workers.h"

using namespace user;

namespace {

using stampede::abi::max_exec_arguments;
using stampede::abi::page_size;

constexpr const char* path = "/exec_storm";
constexpr std::uint64_t words = 2 * page_size / sizeof(std::uint64_t);
constexpr std::uint64_t stamp = 0x0123456789abcdef;
alignas(page_size) volatile std::uint64_t with_value[words] = {stamp, stamp};  // .data: in the file
alignas(page_size) volatile std::uint64_t without[words];                      // .bss: zero
constexpr std::uint64_t checked_words[] = {0, 1, words / 2 - 1, words / 2, words - 1};

// Behind the name: what the new image is to do.
constexpr const char *be_image = "image", *weigh = "weigh";
constexpr int own_arguments = 4;  // name, `image`, seed, how many images follow
constexpr std::uint64_t most_children = 3, most_images = 4;
constexpr std::uint64_t most_strings = max_exec_arguments - own_arguments - 1, longest_string = 40;

std::uint64_t in_file(std::uint64_t word) { return word < 2 ? stamp : 0; }

// As the file has it, or all words changed by `change`.
void check_memory(std::uint64_t change, const char* title) {
    for (const std::uint64_t word : checked_words) {
        if (with_value[word] != in_file(word) + change || without[word] != change) {
            fail(title, "word %lu of its data is 0x%lx, of the rest 0x%lx", word, with_value[word],
                 without[word]);
        }
    }
}
void change_memory(std::uint64_t change) {
    for (const std::uint64_t word : checked_words) {
        with_value[word] = in_file(word) + change;
        without[word] = change;
    }
}

// The words that an image with this seed is given behind its own ones.
class Words {
public:
    explicit Words(std::uint64_t seed) : random_(seed), count_(random_.below(most_strings + 1)) {}
    int count() const { return static_cast<int>(count_); }
    // The next one; its end is a NUL.
    void next(char (&text)[longest_string + 1]) {
        const std::uint64_t length = random_.below(longest_string + 1);
        for (std::uint64_t i = 0; i < length; ++i) {
            text[i] = static_cast<char>('!' + random_.below(94));
        }
        text[length] = 0;
    }

private:
    Random random_;
    std::uint64_t count_;
};

// Comes back only where there is no memory.
void execute(std::uint64_t seed, std::uint64_t images_behind) {
    static char strings[most_strings][longest_string + 1];
    static char seed_text[24], images_text[24];
    const char* arguments[max_exec_arguments] = {path + 1, be_image, seed_text, images_text};
    format(seed_text, sizeof seed_text, "%lu", seed);
    format(images_text, sizeof images_text, "%lu", images_behind);
    Words generated(seed);
    for (int i = 0; i < generated.count(); ++i) {
        generated.next(strings[i]);
        arguments[own_arguments + i] = strings[i];
    }
    exec(path, arguments);
}

void must_fail(const char* what, const char* file, const char* const* arguments) {
    if (const int result = exec(file, arguments); result != -1) {
        fail("exec() did not fail", "%s: it gave %d", what, result);
    }
}

// As many strings as there may be, each as long as xv6 takes one: more than a stack holds.
char long_string[page_size];
void fail_with_more_than_a_stack() {
    memset(long_string, 'a', sizeof long_string - 1);
    const char* arguments[max_exec_arguments] = {path + 1, weigh};
    for (int i = 2; i < max_exec_arguments - 1; ++i) {
        arguments[i] = long_string;
    }
    must_fail("arguments larger than a stack", path, arguments);
}
// The image that has them nevertheless: somebody else's kernel may have a larger stack.
int weigh_arguments(int argc, char** argv) {
    if (on_own_kernel || argc != max_exec_arguments - 1) {
        fail("arguments larger than a stack arrived", "%d of them", argc);
    }
    for (int i = 2; i < argc; ++i) {
        for (std::uint64_t at = 0; at < sizeof long_string; ++at) {
            if (argv[i][at] != (at + 1 < sizeof long_string ? 'a' : 0)) {
                fail("another argument arrived", "number %d of %d, byte %lu", i, argc, at);
            }
        }
    }
    Outcome outcome;
    outcome.refused = true;  // the images that were wanted are not there
    return outcome.status();
}

void fail_to_execute(std::uint64_t which) {
    static const char* arguments[max_exec_arguments + 2];
    for (const char*& argument : arguments) {
        argument = "word";
    }
    arguments[max_exec_arguments + 1] = nullptr;
    switch (which) {
    case 0: return must_fail("no such file", "/exec_nothing", arguments + max_exec_arguments);
    case 1: return must_fail("a directory", "/", arguments + max_exec_arguments);
    case 2: return must_fail("too many arguments", path, arguments);
    case 3:
        arguments[max_exec_arguments] = reinterpret_cast<const char*>(stampede::abi::user_max_va);
        return must_fail("an argument that is no user's", path, arguments + max_exec_arguments);
    case 4: return fail_with_more_than_a_stack();
    default: return;
    }
}

int image(int argc, char** argv) {
    check_memory(0, "a new image does not begin as its file has it");
    const std::uint64_t seed = parse_number(argv[2], 0), images_behind = parse_number(argv[3], 0);
    Words wanted(seed);
    if (argc != own_arguments + wanted.count() || argv[argc] != nullptr) {
        fail("another number of arguments arrived", "%d, not %d", argc,
             own_arguments + wanted.count());
    }
    for (int i = own_arguments; i < argc; ++i) {
        char text[longest_string + 1];
        wanted.next(text);
        if (!equal(argv[i], text)) {
            fail("another argument arrived", "number %d", i);
        }
    }
    count(1);
    Random random(seed + images_behind);
    change_memory(random.next());
    Outcome outcome;
    if (images_behind > 0) {
        execute(random.next(), images_behind - 1);
        outcome.refused = true;
    }
    outcome.operations = 1;  // of the last image; the parent knows how many there were to be
    return outcome.status();
}

[[noreturn]] void become_image(Random random, std::uint64_t images, std::uint64_t change) {
    check_memory(change, "a child did not inherit its parent's data");
    const std::uint64_t own_change = random.next();
    change_memory(own_change);
    fail_to_execute(random.below(8));
    check_memory(own_change, "a failed exec() changed its caller");
    execute(random.next(), images - 1);
    check_memory(own_change, "a failed exec() changed its caller");
    Outcome outcome;
    outcome.refused = true;
    exit(outcome.status());
}

Outcome one_round(Random& random, std::uint64_t operations) {
    struct Child {
        int pid;
        std::uint64_t images;
    } children[most_children];
    Outcome outcome;
    const std::uint64_t change = random.next();
    change_memory(change);
    std::uint64_t forked = 0;
    for (std::uint64_t left = operations; forked < most_children && left > 0; ++forked) {
        const std::uint64_t wanted = 1 + random.below(most_images),
                            images = wanted < left ? wanted : left;
        const Random of_child = random.split(forked);
        const int pid = fork();
        if (pid == 0) {
            become_image(of_child, images, change);
        }
        if (pid < 0) {
            outcome.refused = true;
            break;
        }
        children[forked] = {pid, images};
        left -= images;
    }
    Outcome one;
    int pid = 0;
    std::uint64_t reaped_children = 0;
    for (Reaped reaped; (reaped = reap(one, &pid)) != Reaped::nobody; one = {}, ++reaped_children) {
        std::uint64_t child = 0;
        while (child < forked && children[child].pid != pid) {
            ++child;
        }
        if (child == forked) {
            fail("wait() gave no child of this process", "pid %d", pid);
        }
        children[child].pid = 0;
        if (reaped == Reaped::ended && !one.refused) {
            outcome.operations += static_cast<std::uint32_t>(children[child].images);
        }
        outcome.refused |= one.refused;
        outcome.killed |= one.killed;
    }
    if (reaped_children != forked) {
        fail("a child was not reaped", "%lu of %lu", reaped_children, forked);
    }
    check_memory(change, "a process sees bytes that another one wrote");
    return outcome;
}

Totals work(const Limit& limit, std::uint64_t, std::uint64_t seed) {
    Random random(seed);
    Totals totals;
    while (!limit.reached(totals.operations)) {
        const Outcome outcome =
            one_round(random, limit.clip(most_children * most_images, totals.operations));
        totals.add(outcome);
    }
    return totals;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc >= own_arguments && equal(argv[1], be_image)) {
        exit(image(argc, argv));
    }
    if (argc >= 2 && equal(argv[1], weigh)) {
        exit(weigh_arguments(argc, argv));
    }
    constexpr std::uint64_t processes = 1 + most_children;
    constexpr std::uint64_t most_pages = default_workers * processes * 2 * (4 + pages_of_process);
    return run_workers(parse_options(argc, argv), {default_workers, processes, most_pages}, work);
}
