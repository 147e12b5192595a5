// XML documents, written by pugixml, of texts that may hold any bytes: a guest's console, a file's
// name.
#pragma once
#include <pugixml.hpp>
#include <string>
#include <string_view>

namespace stampede {

// `text` as XML 1.0 can hold it (section 2.2): what is no UTF-8 and what XML forbids becomes
// U+FFFD.
[[nodiscard]] std::string xml_text(std::string_view text);

// Names are the program's own, values anybody's.
void add_attribute(pugi::xml_node node, const char* name, std::string_view value);
void add_text(pugi::xml_node node, std::string_view text);

// In as many lines as there are elements, or all in one, with no blank that is not in the document.
// Elements that are empty have an end tag, so that the text serves in HTML too.
enum class XmlLayout { Lines, OneLine };
[[nodiscard]] std::string text_of(const pugi::xml_document& document, XmlLayout layout);

}  // namespace stampede
