#include "harts/report/forms/xml.h"

#include <utf8cpp/utf8.h>

#include <iterator>

namespace stampede {
namespace {

constexpr char32_t replacement = 0xfffd;

bool is_allowed(char32_t character) {
    return character == '\t' || character == '\n' || character == '\r' ||
           (character >= 0x20 && character != 0xfffe && character != 0xffff);
}

struct Writer final : pugi::xml_writer {
    void write(const void* bytes, std::size_t size) override {
        text.append(static_cast<const char*>(bytes), size);
    }
    std::string text;
};

}  // namespace

std::string xml_text(std::string_view text) {
    std::string valid;
    utf8::replace_invalid(text.begin(), text.end(), std::back_inserter(valid), replacement);
    std::string allowed;
    for (auto at = valid.begin(); at != valid.end();) {
        const char32_t character = utf8::next(at, valid.end());
        utf8::append(is_allowed(character) ? character : replacement, std::back_inserter(allowed));
    }
    return allowed;
}

void add_attribute(pugi::xml_node node, const char* name, std::string_view value) {
    node.append_attribute(name) = xml_text(value).c_str();
}

void add_text(pugi::xml_node node, std::string_view text) {
    node.append_child(pugi::node_pcdata).set_value(xml_text(text).c_str());
}

std::string text_of(const pugi::xml_document& document, XmlLayout layout) {
    const unsigned lines = layout == XmlLayout::Lines ? pugi::format_indent : pugi::format_raw;
    Writer writer;
    document.save(writer, "  ",
                  lines | pugi::format_no_declaration | pugi::format_no_empty_element_tags,
                  pugi::encoding_utf8);
    return writer.text;
}

}  // namespace stampede
