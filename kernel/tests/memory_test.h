// What tests of spaces and frames share: a small machine, spaces that are checked and destroyed at
// the end, and a way to run out of memory exactly where a test wants it.
#pragma once
#include <gmock/gmock.h>

#include <deque>
#include <string>

#include "kernel/tests/consistency.h"
#include "kernel/tests/machine.h"
#include "kernel/tests/user_cpu.h"

namespace kernel::test {

inline std::string outcome(Error error) {
    switch (error) {
    case Error::out_of_memory: return "out_of_memory";
    case Error::bad_address: return "bad_address";
    case Error::too_long: return "too_long";
    default: return "another error";
    }
}
template <class T>
std::string outcome(const Result<T>& result) {
    return result ? "ok" : outcome(result.error());
}

class MemoryTest : public testing::Test {
protected:
    static constexpr std::uint64_t read_write = Pte::read | Pte::write,
                                   read_execute = Pte::read | Pte::execute;

    // Whatever a test did, everything holds at its end, and all frames come back.
    void TearDown() override {
        EXPECT_TRUE(consistent());
        for (AddressSpace& space : spaces_) {
            space.destroy();
        }
        give_back();
        EXPECT_TRUE(consistent());
        EXPECT_EQ(policy::frames_in_use(), 0u);
    }

    AddressSpace& new_space() {
        AddressSpace& space = spaces_.emplace_back();
        EXPECT_EQ(outcome(space.create()), "ok");
        return space;
    }
    // One with `pages` writable pages from 0 on.
    AddressSpace& new_space_with(std::uint64_t pages) {
        AddressSpace& space = new_space();
        EXPECT_EQ(outcome(space.map_zeroed({0}, {pages * page_size}, read_write)), "ok");
        return space;
    }
    AddressSpace& fork(AddressSpace& parent) {
        AddressSpace& child = new_space();
        EXPECT_EQ(outcome(parent.fork_into(child)), "ok");
        return child;
    }

    // The kernel takes frames until `frames` are left, and gives them back.
    void leave_free(std::uint64_t frames) {
        ASSERT_GE(machine_.free_frames(), frames);
        while (machine_.free_frames() > frames) {
            held_[address_of(*policy::allocate(FrameOwner::other))] = 1;
        }
    }
    void give_back() {
        for (auto [frame, references] : held_) {
            while (references--) {
                policy::drop(frame_at(frame));
            }
        }
        held_.clear();
    }
    // One more reference to `frame`, the kernel's; false when the policy refuses.
    bool hold(Frame& frame) {
        if (!policy::share(frame)) {
            return false;
        }
        ++held_[address_of(frame)];
        return true;
    }

    // The leaf entry of a page; all zeros where there is none.
    static Pte entry(const AddressSpace& space, VirtAddr page) {
        PhysAddr table = space.root();
        for (unsigned level = 3; level-- > 0;) {
            Pte at = reinterpret_cast<const Pte*>(
                arch::direct_map(table))[page.value >> (12 + 9 * level) & 511];
            if (level == 0 || !at.has(Pte::valid)) {
                return at;
            }
            table = at.frame();
        }
        return {};
    }
    static std::uint64_t bits(const AddressSpace& space, VirtAddr page) {
        return entry(space, page).bits;
    }
    static Frame& frame_of(const AddressSpace& space, VirtAddr page) {
        return frame_at(entry(space, page).frame());
    }
    static std::uint32_t count(const AddressSpace& space, VirtAddr page) {
        return policy::count(frame_of(space, page));
    }

    // What a CPU is told after a change of one page: to forget it, or where the policy flushes each
    // change the whole space.
    static host::TranslationEvent flush_of(const AddressSpace& space, VirtAddr page) {
        using Kind = host::TranslationEvent::Kind;
        if (policy::flushes_each_change) {
            return {Kind::flush_space, {}, space.asid(), {}};
        }
        return {Kind::flush_page, page, space.asid(), {}};
    }

    // The program of `space` runs here for one access. -1: it was refused.
    int load(AddressSpace& space, VirtAddr address) {
        cpu_.run(space);
        Result<std::byte> value = cpu_.load(address);
        return value ? std::to_integer<int>(*value) : -1;
    }
    std::string store(AddressSpace& space, VirtAddr address, int value) {
        cpu_.run(space);
        return outcome(cpu_.store(address, std::byte(value)));
    }
    std::string fetch(AddressSpace& space, VirtAddr address) {
        cpu_.run(space);
        return outcome(cpu_.fetch(address));
    }

    testing::AssertionResult consistent() const {
        std::vector<const AddressSpace*> spaces;
        for (const AddressSpace& space : spaces_) {
            spaces.push_back(&space);
        }
        testing::AssertionResult result = testing::AssertionSuccess();
        const std::vector<std::string> lines = violations(spaces, held_);
        if (!lines.empty()) {
            result = testing::AssertionFailure() << testing::PrintToString(lines);
        }
        return result;
    }

    Machine machine_{512};
    UserCpu cpu_;
    std::deque<AddressSpace> spaces_;
    KernelReferences held_;
};

// Tests of what sharing brings; a policy that copies at fork has none of it (fork_test.cpp says
// what it has instead).
class CopyOnWrite : public MemoryTest {
protected:
    void SetUp() override {
        if (!policy::shares_on_fork) {
            GTEST_SKIP() << policy::name << " shares nothing at fork";
        }
    }
};

}  // namespace kernel::test
