#include "kernel/fs/names.h"

#include "kernel/base/print.h"
#include "kernel/base/string.h"
#include "kernel/fs/directory.h"

namespace kernel {

constinit Spinlock<Rank::file_system> names_lock{"names"};

namespace {

// Set once at boot. It is its own parent and holds a reference for ever.
constinit Inode* root = nullptr;

// Cuts the next element off a path. False at its end.
bool next_element(const char*& path, EntryName& name) {
    while (*path == '/') {
        ++path;
    }
    const char* const begin = path;
    while (*path != '\0' && *path != '/') {
        ++path;
    }
    name = entry_name(begin, static_cast<std::size_t>(path - begin));
    while (*path == '/') {
        ++path;
    }
    return path != begin;
}

Inode& beginning(const char* path, Inode& start) { return *path == '/' ? *root : start; }

// A counted reference for a scope.
class Held {
public:
    explicit Held(Inode* inode) : inode_(inode) {}
    ~Held() {
        if (inode_ != nullptr) {
            inode_release(*inode_);
        }
    }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;

    void replace(Inode* with) {
        if (inode_ != nullptr) {
            inode_release(*inode_);
        }
        inode_ = with;
    }
    Inode* release() {
        Inode* const kept = inode_;
        inode_ = nullptr;
        return kept;
    }
    Inode& operator*() const { return *inode_; }
    Inode* get() const { return inode_; }

private:
    Inode* inode_;
};

// The directory that holds the path's last element, counted, and that element. not_found.
Result<Inode*> parent_of(const char* path, Inode& start, EntryName& last) {
    Held directory(inode_duplicate(beginning(path, start)));
    if (!next_element(path, last)) {
        return failure(Error::not_found);
    }
    while (*path != '\0') {
        directory.replace(directory_find(*directory, last));
        if (directory.get() == nullptr || !next_element(path, last)) {
            return failure(Error::not_found);
        }
    }
    if ((*directory).type != InodeType::directory) {
        return failure(Error::not_found);
    }
    return directory.release();
}

void change_links(Inode& inode, int change) REQUIRES(names_lock) {
    SpinGuard guard(inode.lock);
    inode.links = static_cast<std::int16_t>(inode.links + change);
}

int links_of(Inode& inode) REQUIRES(names_lock) {
    SpinGuard guard(inode.lock);
    return inode.links;
}

// The first link comes with a reference, the last one gives it back.
void add_link(Inode& inode) REQUIRES(names_lock) {
    if (links_of(inode) == 0) {
        inode_duplicate(inode);
    }
    change_links(inode, +1);
}

void drop_link(Inode& inode) REQUIRES(names_lock) {
    change_links(inode, -1);
    if (links_of(inode) == 0) {
        inode_release(inode);  // never the last reference: the caller holds one
    }
}

// `made` gets its place in the tree, or is left without any link.
Result<void> enter(Inode& parent, const EntryName& name, Inode& made) REQUIRES(names_lock) {
    if (made.type == InodeType::directory) {
        if (auto begun = directory_begin(made, parent); !begun) {
            return begun;
        }
    }
    if (auto added = directory_add(parent, name, made); !added) {
        return added;
    }
    add_link(made);
    if (made.type == InodeType::directory) {
        change_links(parent, +1);  // its `..`
    }
    return {};
}

bool may_stand_for(const Inode& existing, InodeType wanted) {
    return wanted == InodeType::file && existing.type != InodeType::directory;
}

}  // namespace

Inode* inode_root() { return inode_duplicate(*root); }

Result<Inode*> path_lookup(const char* path, Inode& start) {
    Held at(inode_duplicate(beginning(path, start)));
    EntryName name;
    while (next_element(path, name)) {
        at.replace(directory_find(*at, name));
        if (at.get() == nullptr) {
            return failure(Error::not_found);
        }
    }
    return at.release();
}

Result<Inode*> name_create(const char* path, Inode& start, InodeType type, std::int16_t major,
                           std::int16_t minor) {
    EntryName name;
    const auto found = parent_of(path, start, name);
    if (!found) {
        return found;
    }
    Held parent(*found);
    SpinGuard guard(names_lock);
    if (Held existing(directory_find(*parent, name)); existing.get() != nullptr) {
        return may_stand_for(*existing, type) ? Result<Inode*>(existing.release())
                                              : failure(Error::exists);
    }
    Held made(inode_create(type, major, minor));
    if (made.get() == nullptr) {
        return failure(Error::no_space);
    }
    if (auto entered = enter(*parent, name, *made); !entered) {
        return failure(entered.error());
    }
    return made.release();
}

Result<void> name_link(Inode& existing, const char* path, Inode& start) {
    if (existing.type == InodeType::directory) {
        return failure(Error::not_permitted);
    }
    EntryName name;
    const auto found = parent_of(path, start, name);
    if (!found) {
        return failure(found.error());
    }
    Held parent(*found);
    SpinGuard guard(names_lock);
    const int links = links_of(existing);
    if (links == 0) {
        return failure(Error::not_found);  // its last name has gone meanwhile
    }
    if (links == INT16_MAX) {
        return failure(Error::no_space);
    }
    if (auto added = directory_add(*parent, name, existing); !added) {
        return added;
    }
    add_link(existing);
    return {};
}

Result<void> name_unlink(const char* path, Inode& start) {
    EntryName name;
    const auto found = parent_of(path, start, name);
    if (!found) {
        return failure(found.error());
    }
    if (name == entry_name(".", 1) || name == entry_name("..", 2)) {
        return failure(Error::not_permitted);
    }
    Held parent(*found);
    Held target(nullptr);  // given back after names_lock: it may be the last reference
    SpinGuard guard(names_lock);
    target.replace(directory_find(*parent, name));
    if (target.get() == nullptr) {
        return failure(Error::not_found);
    }
    const bool is_directory = (*target).type == InodeType::directory;
    if (is_directory && !directory_is_empty(*target)) {
        return failure(Error::not_permitted);
    }
    directory_remove(*parent, name);
    if (is_directory) {
        directory_end(*target);
        change_links(*parent, -1);
    }
    drop_link(*target);
    return {};
}

void names_init() {
    SpinGuard guard(names_lock);
    root = inode_create(InodeType::directory, 0, 0);
    KERNEL_ASSERT(root != nullptr);
    add_link(*root);
    const auto begun = directory_begin(*root, *root);
    KERNEL_ASSERT(begun);
}

void names_add_image(const EntryName& name, std::span<const std::byte> contents) {
    SpinGuard guard(names_lock);
    Held made(inode_create(InodeType::file, 0, 0));
    KERNEL_ASSERT(made.get() != nullptr);
    inode_set_image(*made, contents);
    const auto entered = enter(*root, name, *made);
    KERNEL_ASSERT(entered);
}

}  // namespace kernel
