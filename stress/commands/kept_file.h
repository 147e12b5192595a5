// A file of which one of several runs is left: the last one that was worth it. Each run writes to a
// temporary file.
#pragma once
#include <optional>
#include <string>

#include "harts/base/error.h"
#include "harts/base/types.h"

namespace stampede {

class KeptFile {
public:
    // `path` may be nothing, and then nothing happens; -: stdout. Error: names the file and the
    // system's reason.
    [[nodiscard]] static Result<KeptFile> open(const std::optional<std::string>& path);
    KeptFile(KeptFile&& other) noexcept;
    KeptFile& operator=(KeptFile&&) = delete;
    ~KeptFile();

    // Where the next run is to write.
    [[nodiscard]] std::optional<std::string> for_a_run() const;
    enum class Worth : u8 { Nothing, Keeping };
    // It has ended. One that is worth nothing is kept as long as no other one is.
    void ended(Worth worth);
    // The runs are over. Error: as open().
    [[nodiscard]] Result<void> finish();

private:
    KeptFile(std::string path, int file, std::string folder);

    std::string path_;
    int file_ = -1;
    std::string folder_;  // with both temporary files; empty: none
    bool worth_ = false;
};

}  // namespace stampede
