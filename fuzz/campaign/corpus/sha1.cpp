#include "fuzz/campaign/corpus/sha1.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nettle/sha1.h>

#include <array>

#include "harts/base/types.h"

namespace stampede::campaign {

std::string sha1(std::string_view bytes) {
    sha1_ctx context;
    sha1_init(&context);
    sha1_update(&context, bytes.size(), reinterpret_cast<const u8*>(bytes.data()));
    std::array<u8, SHA1_DIGEST_SIZE> digest;
    sha1_digest(&context, digest.size(), digest.data());
    return fmt::format("{:02x}", fmt::join(digest, ""));
}

}  // namespace stampede::campaign
