#include "fuzz/campaign/corpus/sha1.h"

#include <gtest/gtest.h>

namespace stampede::campaign {
namespace {

// The examples of FIPS 180-4 and RFC 3174, and the lengths around a block's end (by Python's
// hashlib).
TEST(Sha1, known_texts_have_their_known_hashes) {
    EXPECT_EQ(sha1(""), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
    EXPECT_EQ(sha1("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
    EXPECT_EQ(sha1("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
              "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
    EXPECT_EQ(sha1(std::string(1000000, 'a')), "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
    EXPECT_EQ(sha1(std::string(55, 'x')), "cef734ba81a024479e09eb5a75b6ddae62e6abf1");
    EXPECT_EQ(sha1(std::string(64, '\xff')), "ffc6261e487efa8c7442069f71acfc4aa826993d");
}

}  // namespace
}  // namespace stampede::campaign
