// SHA-1 (FIPS 180-4), by which libFuzzer names the files of a corpus.
#pragma once
#include <string>
#include <string_view>

namespace stampede::campaign {

// 40 hexadecimal digits.
[[nodiscard]] std::string sha1(std::string_view bytes);

}  // namespace stampede::campaign
