// Kernels in the manner of xv6 that somebody else wrote, as their `make` leaves them: a kernel that
// begins in machine mode at 0x80000000, and a disk with a file system of xv6 from which it runs a
// shell on the UART. Nothing of them is changed: what of ours is to run there is put into a copy of
// the image.
#pragma once
#include <filesystem>
#include <optional>
#include <vector>

#include "harts/guests/guest.h"
#include "harts/guests/shelf.h"

namespace stampede {

// kernel/kernel, fs.img and user/_NAME below `folder`. Programs of ours come from `shelf`. Error:
// what is missing, and the target of their Makefile that makes it; an image that cannot be read.
[[nodiscard]] Result<Guest> xv6_tree(const std::filesystem::path& folder, const Shelf& shelf);

// The same by its files: disks by the board's slot, the first with the file system. Programs have
// no names then.
[[nodiscard]] Result<Guest> xv6_kernel(const std::filesystem::path& kernel,
                                       const std::vector<std::filesystem::path>& disks,
                                       const Shelf& shelf);

}  // namespace stampede
