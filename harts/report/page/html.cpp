#include "harts/report/page/html.h"

#include "harts/report/forms/xml.h"

namespace stampede {

std::string html(std::string_view text) {
    pugi::xml_document document;
    add_text(document, text);
    return text_of(document, XmlLayout::OneLine);
}

}  // namespace stampede
