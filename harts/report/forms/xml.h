// Text as XML wants it.
#pragma once
#include <string>
#include <string_view>

namespace stampede {

// For character data and for attributes in double quotes: markup characters as entities; bytes that are no UTF-8 and
// characters that XML 1.0 forbids (section 2.2) as U+FFFD; tab, newline and return in `Attribute` as references, for
// a parser would make blanks of them.
enum class XmlPlace { Text, Attribute };
[[nodiscard]] std::string xml_escape(std::string_view text, XmlPlace place);

}  // namespace stampede
