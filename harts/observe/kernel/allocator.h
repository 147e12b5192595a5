// A kernel's allocator of frames: its functions by name, its free lists by their shape.
#pragma once
#include <vector>

#include "harts/image/elf_image.h"
#include "harts/observe/kernel/description_file.h"
#include "harts/observe/kernel/inferred.h"
#include "harts/observe/kernel/kernel_data.h"

namespace stampede {

struct FreeListHead {
    std::string name;  // "kmem.freelist"
    u64 address = 0;   // of the pointer to the first free frame
};

struct FreeListHeads {
    std::vector<FreeListHead> heads;
    u64 link_offset = 0;  // bytes: where in a free frame the next one's address stands
};

inline constexpr std::string_view usual_allocator = "kalloc", usual_free = "kfree";

// Virtual address of what gives a frame (kalloc) or takes one back (kfree).
[[nodiscard]] Inferred<u64> find_function(const ElfImage& image, std::string_view usual_name,
                                          const std::optional<Said>& said);

// Pointers to a structure that holds a pointer to its own type and nothing else, as far as frames
// from `first` on hang on one of its heads: a structure that looks alike does not link frames.
// Lists that are empty count where another one of their type is not. Any moment: free lists change
// under locks, and only heads are read.
[[nodiscard]] Inferred<FreeListHeads> find_free_lists(const DataTypes& types, const Ram& ram,
                                                      u64 first, const DescriptionFile& said);

}  // namespace stampede
