#include "harts/oracles/guest/trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "harts/core/csr_numbers.h"

namespace stampede {
namespace {

using testing::HasSubstr;

class TraceTest : public testing::Test {
protected:
    TraceTest() : path_(testing::TempDir() + "trace-" + std::to_string(::getpid())) {
        trace_ = Trace::create(path_, [this] { return now_; }).value();
        state_.mode = Privilege::User;
        state_.pc = 0x1c4e;
        state_.id = {3};
    }
    ~TraceTest() override { std::filesystem::remove(path_); }

    void system_call(u64 number, std::initializer_list<u64> arguments, std::optional<u32> pid) {
        state_.x[17] = number;
        std::copy(arguments.begin(), arguments.end(), state_.x + 10);
        trace_->trap(state_, static_cast<u64>(Cause::EcallUser), 0, pid);
    }
    void returns(u64 value, std::optional<u32> pid) {
        state_.x[10] = value;
        trace_->trap_return(state_, pid);
    }
    std::string written() {
        trace_.reset();
        std::ostringstream text;
        text << std::ifstream(path_).rdbuf();
        return text.str();
    }

    std::string path_;
    u64 now_ = 123'456;
    std::unique_ptr<Trace> trace_;
    HartState state_;
};

TEST_F(TraceTest, a_system_call_is_a_line_when_it_begins_and_one_when_it_returns_on_whatever_hart) {
    system_call(5, {3, 0x4f20, 0x200}, 17);
    state_.id = {1};
    now_ = 30'000'001;
    returns(0x200, 17);
    EXPECT_EQ(written(), "3.0000001 1 17 read = 512\n0.0123456 3 17 read(0x3, 0x4f20, 0x200)\n");
}

TEST_F(TraceTest, errors_are_negative_numbers_and_unknown_calls_have_numbers) {
    system_call(77, {1, 2, 3, 4, 5, 6}, std::nullopt);
    returns(~u64{0}, std::nullopt);
    EXPECT_EQ(written(),
              "0.0123456 3 - call 77(0x1, 0x2, 0x3, 0x4, 0x5, 0x6)\n0.0123456 3 - call 77 = -1\n");
}

TEST_F(TraceTest, returns_to_the_kernel_and_from_faults_say_nothing) {
    system_call(1, {}, 4);
    state_.mode = Privilege::Supervisor;
    returns(9, 4);
    state_.mode = Privilege::User;
    returns(0, 5);
    EXPECT_EQ(written(), "0.0123456 3 4 fork()\n");
}

TEST_F(TraceTest, faults_other_exceptions_and_switches_are_lines_and_interrupts_are_not) {
    trace_->trap(state_, static_cast<u64>(Cause::StorePage), 0x5008, 17);
    trace_->trap(state_, static_cast<u64>(Cause::Illegal), 0, 17);
    trace_->trap(state_, csr::interrupt_bit | 5, 0, 17);
    trace_->switched(state_, 18);
    EXPECT_EQ(written(),
              "0.0123456 3 17 fault store 0x5008 at 0x1c4e\n"
              "0.0123456 3 17 illegal instruction 0x0 at 0x1c4e\n"
              "0.0123456 3 18 switch\n");
}

TEST(Trace, a_file_that_cannot_be_written_is_an_error_with_its_name) {
    const auto trace = Trace::create("/no/such/folder/trace", [] { return u64{0}; });
    ASSERT_FALSE(trace);
    EXPECT_THAT(trace.error().message, HasSubstr("/no/such/folder/trace: cannot be written"));
}

}  // namespace
}  // namespace stampede
