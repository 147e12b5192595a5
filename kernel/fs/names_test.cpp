// Names, directories and inodes on the host: threads are CPUs, frames are the host's memory.
#include "kernel/fs/names.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "kernel/arch/host/host.h"
#include "kernel/fs/directory.h"
#include "kernel/policy/policy.h"

namespace kernel {
namespace {

constexpr std::size_t memory_size = 4 << 20;

// One machine for all tests of this program: the root directory is made once.
struct Machine {
    host::Memory memory{memory_size};
    Inode* root;

    Machine() {
        frames_init(memory.begin(), memory.end(), policy::table_size);
        policy::init(frame_range());
        names_init();
        root = inode_root();
    }
};

Machine& machine() {
    static Machine* const the_machine = new Machine;
    return *the_machine;
}

class Names : public testing::Test {
protected:
    void SetUp() override { frames_before_ = (machine(), policy::frames_in_use()); }
    // Whatever a test made, it removed; then everything is back.
    void TearDown() override { EXPECT_EQ(policy::frames_in_use(), frames_before_); }

    static Inode& root() { return *machine().root; }
    static Result<Inode*> create(const char* path, InodeType type = InodeType::file) {
        return name_create(path, root(), type, 0, 0);
    }
    static bool make(const char* path, InodeType type = InodeType::file) {
        const auto made = create(path, type);
        if (made) {
            inode_release(**made);
        }
        return made.has_value();
    }
    static bool exists(const char* path) {
        const auto found = path_lookup(path, root());
        if (found) {
            inode_release(**found);
        }
        return found.has_value();
    }
    static Error unlink_error(const char* path) { return name_unlink(path, root()).error(); }
    static bool unlink(const char* path) { return name_unlink(path, root()).has_value(); }

    static Result<std::size_t> write(Inode& inode, std::uint64_t offset, const std::string& text) {
        SpinGuard guard(inode.lock);
        return write_locked(inode, offset, std::as_bytes(std::span(text)));
    }
    static std::string read(Inode& inode, std::uint64_t offset, std::size_t bytes) {
        std::string text(bytes, '\0');
        const auto done = inode_read(inode, offset, std::as_writable_bytes(std::span(text)));
        text.resize(done);
        return text;
    }

private:
    std::uint64_t frames_before_;
};

TEST_F(Names, a_file_holds_what_was_written) {
    Inode& file = **create("file");
    EXPECT_EQ(write(file, 0, "hello"), 5u);
    EXPECT_EQ(write(file, 5, " world"), 6u);
    EXPECT_EQ(write(file, 0, "J"), 1u);
    EXPECT_EQ(read(file, 0, 100), "Jello world");
    EXPECT_EQ(read(file, 6, 3), "wor");
    EXPECT_EQ(read(file, 11, 3), "");
    inode_release(file);
    EXPECT_TRUE(unlink("file"));
}

TEST_F(Names, a_file_grows_through_direct_and_index_blocks_up_to_its_limit) {
    // Larger than the largest file, smaller than memory.
    static_assert(Inode::max_size + (1 << 20) < memory_size);
    Inode& file = **create("file");
    const std::string piece(5000, 'x');
    std::uint64_t size = 0;
    for (;;) {
        const auto written = write(file, size, piece);
        if (!written) {
            EXPECT_EQ(written.error(), Error::no_space);
            break;
        }
        size += *written;
    }
    EXPECT_EQ(size, Inode::max_size);
    EXPECT_EQ(read(file, size - 10, 100), std::string(10, 'x'));
    inode_truncate(file, 9 * page_size + 1);
    EXPECT_EQ(read(file, 9 * page_size, 100), "x");
    inode_release(file);
    EXPECT_TRUE(unlink("file"));
}

TEST_F(Names, an_unlinked_file_lives_while_it_is_held) {
    Inode& file = **create("file");
    EXPECT_EQ(write(file, 0, "data"), 4u);
    EXPECT_TRUE(unlink("file"));
    EXPECT_FALSE(exists("file"));
    EXPECT_EQ(read(file, 0, 4), "data");
    EXPECT_EQ(inode_stat(file).nlink, 0);
    EXPECT_EQ(name_link(file, "again", root()).error(), Error::not_found);
    inode_release(file);
}

TEST_F(Names, links_are_counted) {
    Inode& file = **create("file");
    EXPECT_TRUE(name_link(file, "second", root()));
    EXPECT_EQ(name_link(file, "second", root()).error(), Error::exists);
    EXPECT_EQ(inode_stat(file).nlink, 2);
    EXPECT_TRUE(unlink("file"));
    EXPECT_EQ(*path_lookup("second", root()), &file);
    inode_release(file);
    inode_release(file);
    EXPECT_TRUE(unlink("second"));
}

TEST_F(Names, directories_nest_and_must_be_empty_to_go) {
    EXPECT_TRUE(make("d", InodeType::directory));
    EXPECT_EQ(create("d", InodeType::directory).error(), Error::exists);
    EXPECT_EQ(create("d").error(), Error::exists);
    EXPECT_TRUE(make("d//e/", InodeType::directory));
    EXPECT_TRUE(make("/d/e/file"));
    EXPECT_TRUE(exists("d/./e/../e/file"));
    EXPECT_TRUE(exists("../../d"));
    EXPECT_EQ(create("missing/x").error(), Error::not_found);
    EXPECT_EQ(create("d/e/file/x").error(), Error::not_found);
    EXPECT_EQ(unlink_error("d/e"), Error::not_permitted);
    EXPECT_EQ(unlink_error("d/e/."), Error::not_permitted);
    EXPECT_EQ(unlink_error("d/e/.."), Error::not_permitted);
    EXPECT_EQ(unlink_error("/"), Error::not_found);
    EXPECT_EQ(unlink_error("d/x"), Error::not_found);
    EXPECT_TRUE(unlink("d/e/file") && unlink("d/e") && unlink("d"));
}

TEST_F(Names, nothing_can_be_made_in_a_directory_that_is_gone) {
    Inode& gone = **create("d", InodeType::directory);
    EXPECT_TRUE(unlink("d"));
    EXPECT_EQ(name_create("x", gone, InodeType::file, 0, 0).error(), Error::not_found);
    EXPECT_FALSE(path_lookup("..", gone).has_value());
    inode_release(gone);
}

TEST_F(Names, names_are_cut_at_fourteen_characters) {
    EXPECT_TRUE(make("fourteen-chars-and-more"));
    EXPECT_TRUE(exists("fourteen-chars"));
    EXPECT_FALSE(exists("fourteen-char"));
    EXPECT_TRUE(unlink("fourteen-chars-also"));
}

TEST_F(Names, a_directory_of_many_entries_shrinks_again) {
    const auto size_before = inode_stat(root()).size;
    for (int i = 0; i < 600; ++i) {
        ASSERT_TRUE(make(std::to_string(i).c_str()));
    }
    EXPECT_FALSE(make("0") && create("0", InodeType::directory).has_value());
    for (int i = 0; i < 600; ++i) {
        ASSERT_TRUE(unlink(std::to_string(i).c_str()));
    }
    EXPECT_EQ(inode_stat(root()).size, size_before);
}

TEST_F(Names, there_are_only_so_many_inodes) {
    std::vector<std::string> made;
    while (made.size() <= max_inodes && make(std::to_string(made.size()).c_str())) {
        made.push_back(std::to_string(made.size()));
    }
    EXPECT_GT(made.size(), max_inodes - 16);
    EXPECT_LT(made.size(), max_inodes);
    for (const auto& name : made) {
        ASSERT_TRUE(unlink(name.c_str()));
    }
}

TEST_F(Names, image_contents_are_copied_only_where_they_are_written) {
    const std::string image = std::string(page_size, 'a') + std::string(page_size, 'b') + "end";
    names_add_image(entry_name("image", 5), std::as_bytes(std::span(image)));
    Inode& file = **path_lookup("image", root());
    const auto frames = policy::frames_in_use();
    EXPECT_EQ(read(file, 0, 3 * page_size), image);
    EXPECT_EQ(policy::frames_in_use(), frames);
    EXPECT_EQ(write(file, page_size + 1, "X"), 1u);
    EXPECT_EQ(policy::frames_in_use(), frames + 1);
    EXPECT_EQ(read(file, page_size, 3), "bXb");
    EXPECT_EQ(write(file, image.size(), " of it"), 6u);
    EXPECT_EQ(read(file, 2 * page_size, 100), "end of it");
    EXPECT_EQ(image[page_size + 1], 'b');
    inode_truncate(file, 0);
    EXPECT_EQ(write(file, 0, "new"), 3u);
    EXPECT_EQ(read(file, 0, 100), "new");
    inode_release(file);
    EXPECT_TRUE(unlink("image"));
}

// Takes all memory but `free` frames for as long as it lives.
class Hog {
public:
    explicit Hog(std::size_t free) {
        while (Frame* frame = policy::allocate(FrameOwner::other)) {
            frames_.push_back(frame);
        }
        for (; free > 0 && !frames_.empty(); --free) {
            policy::drop(*frames_.back());
            frames_.pop_back();
        }
    }
    ~Hog() {
        for (Frame* frame : frames_) {
            policy::drop(*frame);
        }
    }

private:
    std::vector<Frame*> frames_;
};

// The directory is filled so that its next entry needs a block.
TEST_F(Names, out_of_memory_at_every_step_changes_nothing) {
    Inode& directory = **create("d", InodeType::directory);
    int files = 0;
    for (; inode_stat(directory).size % page_size != 0; ++files) {
        ASSERT_TRUE(make(("d/" + std::to_string(files)).c_str()));
    }
    for (std::size_t free = 0; free < 4; ++free) {
        Hog hog(free);
        const auto size = inode_stat(directory).size;
        // a block for itself, a block for its entry
        const auto made = create("d/new", InodeType::directory);
        EXPECT_EQ(made.has_value(), free >= 2) << free;
        if (made) {
            inode_release(**made);
            EXPECT_TRUE(unlink("d/new"));
        } else {
            EXPECT_EQ(made.error(), Error::out_of_memory);
        }
        EXPECT_EQ(inode_stat(directory).size, size);
        EXPECT_EQ(inode_stat(directory).nlink, 1);
    }
    Inode& file = **path_lookup("d/0", root());
    for (std::size_t free = 0; free < 4; ++free) {
        Hog hog(free);
        const auto written = write(file, 0, std::string(3 * page_size, 'x'));
        EXPECT_EQ(written.value_or(0), std::min<std::size_t>(free, 3) * page_size);
        inode_truncate(file, 0);
    }
    inode_release(file);
    for (int i = 0; i < files; ++i) {
        ASSERT_TRUE(unlink(("d/" + std::to_string(i)).c_str()));
    }
    inode_release(directory);
    EXPECT_TRUE(unlink("d"));
}

TEST_F(Names, threads_create_link_unlink_and_look_up_together) {
    constexpr unsigned threads = 4;
    constexpr int rounds = 2000;
    EXPECT_TRUE(make("d", InodeType::directory));
    std::vector<std::thread> running;
    for (unsigned cpu = 0; cpu < threads; ++cpu) {
        running.emplace_back([cpu] {
            host::BoundCpu bound(cpu);
            const std::string own = "d/own" + std::to_string(cpu), second = own + "b";
            for (int i = 0; i < rounds; ++i) {
                // Everybody's: comes and goes under the feet of the others.
                if (auto common = name_create("d/common", root(), InodeType::file, 0, 0)) {
                    EXPECT_TRUE(write(**common, 0, own));
                    EXPECT_EQ(read(**common, 0, 5), "d/own");
                    inode_release(**common);
                }
                (void)name_unlink("d/common", root());
                // Only ours.
                ASSERT_TRUE(make(own.c_str()));
                Inode& file = **path_lookup(own.c_str(), root());
                ASSERT_TRUE(name_link(file, second.c_str(), root()));
                ASSERT_TRUE(unlink(own.c_str()));
                ASSERT_TRUE(exists(second.c_str()));
                ASSERT_TRUE(unlink(second.c_str()));
                ASSERT_EQ(inode_stat(file).nlink, 0);
                inode_release(file);
            }
        });
    }
    for (std::thread& thread : running) {
        thread.join();
    }
    EXPECT_TRUE(unlink("d"));
}

}  // namespace
}  // namespace kernel
