// Several observers on one machine, and an engine that is composed of several watchers.
#include "harts/engine/watching.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "harts/engine/handlers.h"
#include "harts/tests/several_harts/stage.h"

namespace stampede::several_harts {
namespace {

constexpr u64 word = ram_base.value + 0x10'0000;

// What handlers tell, by who is told.
struct Refusal final : HartWatch {
    static constexpr unsigned place = 6;
    bool refuses = false;
};
struct Refusing {
    using State = Refusal;
    static bool passes(Hart& hart, u64, Access) { return !hart.watches.of<Refusal>().refuses; }
};
struct Heard final : HartWatch {
    static constexpr unsigned place = 7;
    std::vector<std::string> what;
};
struct Hearing {
    using State = Heard;
    using LeavesAtomics = void;
    using LeavesStack = void;
    static void load(Hart& hart, const FastAccess& access) {
        hart.watches.of<Heard>().what.push_back("load of " + std::to_string(access.size) + " at " +
                                                std::to_string(access.offset));
    }
    static void store(Hart& hart, const FastAccess& access) {
        hart.watches.of<Heard>().what.push_back("store of " + std::to_string(access.size) + " at " +
                                                std::to_string(access.offset));
    }
};

const Engine hearing_engine = engine_of<Hearing>();
const Engine both_engine = engine_of<Hearing, Refusing>();  // who refuses stands behind who hears

// What the slow path tells.
struct Listener final : ObserverOf<Listener> {
    Listener(std::string name, std::vector<std::string>& all) : name(std::move(name)), all(all) {}
    void on_load(Hart&, PhysAddr, unsigned, u64) override { all.push_back(name + " load"); }
    void on_store(Hart&, PhysAddr, unsigned, u64) override { all.push_back(name + " store"); }
    void before_atomic(Hart&, const AtomicAccess&) override { all.push_back(name + " atomic"); }
    const std::string name;
    std::vector<std::string>& all;
};

class WatchingTest : public testing::Test {
protected:
    WatchingTest() {
        Assembler& code = stage.code;
        const auto access = [&](auto emit) {
            const Label at = code.bound_label();
            emit();
            code.raw_word(0x0000'006f);  // j .
            return at;
        };
        load = access([&] { code.emit(Op::Ld, t0, a0, 0); });
        store = access([&] { code.emit(Op::Sw, t0, a0, 4); });
        push = access([&] { code.emit(Op::Sd, t0, sp, 0); });
        add = access([&] { code.emit(Op::AmoaddD, t0, t0, a0); });
        stage.start(1);
        Hart& hart = stage.machine->hart(HartId{0});
        hart.watches.put(refusal);
        hart.watches.put(heard);
    }
    void watch(const Engine& engine) {
        stage.machine->set_observers({&first, &second}, engine);
        for (const Label at : {load, store, push, add}) {
            perform(at);  // so that what follows hits, in a run that is decoded
        }
        forget();
    }
    void perform(Label at) {
        stage.put(0, at);
        stage.hart(0).x[a0] = stage.hart(0).x[sp] = word;
        stage.hart(0).x[t0] = 1;
        (void)stage.run(0, 2);
    }
    void forget() {
        heard.what.clear();
        told.clear();
    }

    Stage stage;
    Label load, store, push, add;
    Refusal refusal;
    Heard heard;
    std::vector<std::string> told;
    Listener first{"first", told}, second{"second", told};
};

constexpr const char* load_heard = "load of 8 at 1048576";
constexpr const char* store_heard = "store of 4 at 1048580";
constexpr const char* amo_heard = "store of 8 at 1048576";

TEST_F(WatchingTest, all_observers_of_a_machine_are_told_in_their_order) {
    watch(both_engine);
    refusal.refuses = true;
    perform(load);
    perform(store);
    EXPECT_THAT(told,
                testing::ElementsAre("first load", "second load", "first store", "second store"));
}

TEST_F(WatchingTest, a_watcher_hears_what_is_fast_and_observers_do_not) {
    watch(both_engine);
    perform(load);
    perform(store);
    EXPECT_THAT(heard.what, testing::ElementsAre(load_heard, store_heard));
    EXPECT_TRUE(told.empty());
}

TEST_F(WatchingTest, what_one_watcher_refuses_no_other_hears) {
    watch(both_engine);
    refusal.refuses = true;
    perform(load);
    perform(store);
    EXPECT_TRUE(heard.what.empty());
}

TEST_F(WatchingTest, atomic_instructions_stay_fast_where_every_watcher_leaves_them) {
    watch(hearing_engine);
    perform(add);
    EXPECT_THAT(heard.what, testing::ElementsAre(amo_heard));
    EXPECT_TRUE(told.empty());
    watch(both_engine);
    perform(add);
    EXPECT_TRUE(heard.what.empty());
    EXPECT_THAT(told, testing::ElementsAre("first atomic", "second atomic"));
}

TEST_F(WatchingTest,
       a_watcher_that_leaves_the_stack_hears_nothing_of_it_and_the_others_still_refuse) {
    watch(both_engine);
    perform(push);
    EXPECT_TRUE(heard.what.empty());
    EXPECT_TRUE(told.empty());
    refusal.refuses = true;
    perform(push);
    EXPECT_THAT(told, testing::ElementsAre("first store", "second store"));
}

struct Missing final : HartWatch {
    static constexpr unsigned place = 5;
};
struct Other final : HartWatch {
    static constexpr unsigned place = 7;  // where a state of another type is
};

TEST_F(WatchingTest, an_engine_fits_where_the_states_of_its_watchers_are) {
    const Hart& hart = stage.machine->hart(HartId{0});
    EXPECT_TRUE(both_engine.fits(hart));
    EXPECT_FALSE(hart.watches.has<Missing>());
    EXPECT_FALSE(hart.watches.has<Other>());
    EXPECT_TRUE(hart.watches.has<Heard>());
}

}  // namespace
}  // namespace stampede::several_harts
