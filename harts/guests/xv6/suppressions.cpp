#include "harts/guests/xv6/suppressions.h"

namespace stampede {
namespace {

constexpr char built_in[] = {
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wc23-extensions"
#embed STAMPEDE_XV6_SUPPRESSIONS
#pragma clang diagnostic pop
    , '\0'};

}  // namespace

const Suppressions& xv6_suppressions() {
    // its test reads all of it
    static const Suppressions all =
        Suppressions::parse(built_in, "harts/guests/xv6/suppressions.txt").value();
    return all;
}

}  // namespace stampede
