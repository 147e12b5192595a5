// Pipes: every byte once and in order, the ends' closing, sleeping and waking.
#include <initializer_list>

#include "kernel/user/lib/child.h"
#include "kernel/user/lib/kernel.h"
#include "kernel/user/lib/print.h"
#include "kernel/user/lib/random.h"
#include "kernel/user/lib/string.h"
#include "kernel/user/lib/system_calls.h"

using namespace user;

namespace {

struct Pipe {
    int ends[2];
    Pipe() {
        if (pipe(ends) < 0) {
            fail("pipe() failed", "with good arguments");
        }
    }
    ~Pipe() {
        close_end(0);
        close_end(1);
    }
    void close_end(int end) {
        if (ends[end] >= 0) {
            close(ends[end]);
            ends[end] = -1;
        }
    }
};

void must_end_well(const char* what) {
    int status = -1;
    if (wait(&status) < 0 || status != 0) {
        fail("a child of a pipe test failed", "%s: status %d", what, status);
    }
}

// Far more bytes than fit, in pieces of changing size on both sides.
void a_long_stream() {
    const auto bytes = static_cast<std::uint64_t>(times(200'000));
    static std::uint8_t buffer[5000];
    Pipe stream;
    const int pid = fork();
    if (pid == 0) {
        Random values(3), sizes(4);
        for (std::uint64_t sent = 0; sent < bytes;) {
            std::uint64_t piece = 1 + sizes.below(sizeof buffer);
            piece = piece < bytes - sent ? piece : bytes - sent;
            for (std::uint64_t i = 0; i < piece; ++i) {
                buffer[i] = static_cast<std::uint8_t>(values.next());
            }
            if (write(stream.ends[1], buffer, static_cast<int>(piece)) != static_cast<int>(piece)) {
                fail("write() to a pipe was short", "after %lu bytes", sent);
            }
            sent += piece;
        }
        exit(0);
    }
    stream.close_end(1);
    Random values(3), sizes(5);
    std::uint64_t got = 0;
    for (int now; (now = read(stream.ends[0], buffer,
                              static_cast<int>(1 + sizes.below(sizeof buffer)))) > 0;) {
        for (int i = 0; i < now; ++i, ++got) {
            const auto expected = static_cast<std::uint8_t>(values.next());
            if (buffer[i] != expected) {
                fail("a pipe delivered a wrong byte", "byte %lu is %u, not %u", got, buffer[i],
                     expected);
            }
        }
    }
    if (got != bytes) {
        fail("a pipe lost bytes", "%lu of %lu came", got, bytes);
    }
    must_end_well("a long stream");
}

// Records of one writer stay whole, because they are smaller than a pipe, and in order.
void many_writers() {
    constexpr int writers = 8;
    const int records = times(200);
    struct Record {
        std::uint32_t writer, number;
        std::uint64_t check;
    };
    Pipe shared;
    for (std::uint32_t writer = 0; writer < writers; ++writer) {
        if (fork() == 0) {
            for (std::uint32_t number = 0; number < static_cast<std::uint32_t>(records); ++number) {
                const Record record{writer, number, ~(std::uint64_t{writer} << 32 | number)};
                if (write(shared.ends[1], &record, sizeof record) !=
                    static_cast<int>(sizeof record)) {
                    fail("write() to a pipe was short", "record %u", number);
                }
            }
            exit(0);
        }
    }
    shared.close_end(1);
    std::uint32_t next[writers] = {};
    int got = 0;
    for (Record record;
         read(shared.ends[0], &record, sizeof record) == static_cast<int>(sizeof record); ++got) {
        if (record.writer >= writers ||
            record.check != ~(std::uint64_t{record.writer} << 32 | record.number) ||
            record.number != next[record.writer]++) {
            fail("a pipe mixed up its writers' records", "writer %u number %u", record.writer,
                 record.number);
        }
    }
    if (got != writers * records) {
        fail("a pipe lost records", "%d of %d came", got, writers * records);
    }
    for (int i = 0; i < writers; ++i) {
        must_end_well("many writers");
    }
}

// Many readers of one pipe: every byte goes to exactly one of them.
void many_readers() {
    constexpr int readers = 6;
    const int bytes = times(6000);
    Pipe work, done;
    for (int reader = 0; reader < readers; ++reader) {
        if (fork() == 0) {
            work.close_end(1);
            std::uint32_t sum = 0, count = 0;
            std::uint8_t byte;
            while (read(work.ends[0], &byte, 1) == 1) {
                sum += byte;
                ++count;
            }
            const std::uint32_t result[2] = {sum, count};
            write(done.ends[1], result, sizeof result);
            exit(0);
        }
    }
    work.close_end(0);
    done.close_end(1);
    std::uint32_t expected = 0;
    for (int i = 0; i < bytes; ++i) {
        const auto byte = static_cast<std::uint8_t>(i * 7);
        expected += byte;
        if (write(work.ends[1], &byte, 1) != 1) {
            fail("write() to a pipe failed", "byte %d", i);
        }
    }
    work.close_end(1);
    std::uint32_t sum = 0, count = 0;
    for (std::uint32_t result[2];
         read(done.ends[0], result, sizeof result) == static_cast<int>(sizeof result);) {
        sum += result[0];
        count += result[1];
    }
    if (sum != expected || count != static_cast<std::uint32_t>(bytes)) {
        fail("readers of one pipe lost bytes or saw them twice", "%u of %d bytes, sum %u, not %u",
             count, bytes, sum, expected);
    }
    for (int i = 0; i < readers; ++i) {
        must_end_well("many readers");
    }
}

void closed_ends() {
    char byte = 'x';
    {
        Pipe ends;
        ends.close_end(0);
        // xv6 of 2019 looks for readers of a full pipe only
        if (write(ends.ends[1], &byte, 1) != -1 && on_own_kernel) {
            fail("write() to a pipe without reader succeeded", "expected -1");
        }
    }
    {
        Pipe ends;
        write(ends.ends[1], "ab", 2);
        ends.close_end(1);
        char two[4];
        if (read(ends.ends[0], two, 4) != 2 || read(ends.ends[0], two, 4) != 0) {
            fail("a pipe without writer did not end behind its bytes", "expected 2 bytes and 0");
        }
    }
    // A writer that sleeps on a full pipe is woken by its reader's end.
    Pipe ends;
    if (fork() == 0) {
        static char much[20'000];
        ends.close_end(0);
        exit(write(ends.ends[1], much, sizeof much) == -1 ? 0 : 1);
    }
    ends.close_end(1);
    read(ends.ends[0], &byte, 1);
    ends.close_end(0);
    must_end_well("a writer without reader");
}

// kill() ends a process that sleeps in read() or on a full pipe, or is just about to: hence so
// often.
void killed_sleepers() {
    for (int round = 0; round < times(100); ++round) {
        const bool reads = round % 2 == 0;
        Pipe ends, ready;
        const int pid = fork();
        if (pid == 0) {
            static char much[20'000];
            write(ready.ends[1], much, 1);
            if (reads) {
                read(ends.ends[0], much, 1);
            } else {
                write(ends.ends[1], much, sizeof much);
            }
            exit(0);
        }
        char byte;
        read(ready.ends[0], &byte, 1);
        if (kill(pid) != 0) {
            fail("kill() failed", "of a child that lives");
        }
        if (!on_own_kernel) {  // xv6 may lose a kill() of who is about to sleep
            sleep(1);
            kill(pid);
        }
        int status = 0;
        if (wait(&status) != pid || status != killed_status) {
            fail("a killed process ended in another way", "status %d", status);
        }
    }
}

// Descriptors and frames run out and come back.
void many_pipes() {
    for (int round = 0; round < 20; ++round) {
        int opened[20][2], count = 0;
        while (count < 20 && pipe(opened[count]) == 0) {
            ++count;
        }
        if (count != 6) {  // 16 descriptors, 3 of them open; the 13th alone is no pipe
            fail("another number of pipes than descriptors allow", "%d, expected 6", count);
        }
        for (int i = 0; i < count; ++i) {
            close(opened[i][0]);
            close(opened[i][1]);
        }
    }
}

}  // namespace

int main(int, char**) {
    a_long_stream();
    many_writers();
    many_readers();
    closed_ends();
    killed_sleepers();
    many_pipes();
    printf(console_out, "pipetest: ok\n");
    return 0;
}
