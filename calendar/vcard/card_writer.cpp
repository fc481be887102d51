// SPDX-License-Identifier: GPL-3.0-or-later
#include "calendar/vcard/card_writer.hpp"

#include <initializer_list>

#include "base/core/text.hpp"
#include "calendar/ical/values.hpp"

namespace kontor::calendar {
namespace {

class Writer {
 public:
  explicit Writer(const CardValues& values) : values_(values) {}

  Card write() {
    add("VERSION", "4.0");
    add("UID", values_.uid);
    add("KIND", kind());
    text("FN", name());
    structured("N", {values_.family_name, values_.given_name, values_.middle_name, values_.prefix,
                     values_.suffix});
    text("NICKNAME", values_.nickname);
    ways();
    work();
    for (const auto& member : values_.members) add("MEMBER", member);
    if (!values_.photo.empty())
      add("PHOTO", std::string("data:image/") +
                       (values_.photo.starts_with("\x89PNG") ? "png" : "jpeg") + ";base64," +
                       base64_encode(values_.photo));
    text("X-PHONETIC-FIRST-NAME", values_.phonetic_given_name);
    text("X-PHONETIC-LAST-NAME", values_.phonetic_family_name);
    if (values_.revision) add("REV", write_utc(*values_.revision));
    return {.component = std::move(card_),
            .version = CardVersion::v4,
            .uid = values_.uid,
            .formatted_name = name(),
            .is_group = values_.kind == CardKind::group};
  }

 private:
  std::string kind() const {
    switch (values_.kind) {
      case CardKind::group:
        return "group";
      case CardKind::location:
        return "location";
      case CardKind::org:
        return "org";
      default:
        return "individual";
    }
  }
  std::string name() const {
    if (!values_.display_name.empty()) return values_.display_name;
    std::string made = values_.given_name;
    if (!made.empty() && !values_.family_name.empty()) made.push_back(' ');
    made += values_.family_name;
    if (made.empty()) made = values_.organization;
    if (made.empty() && !values_.mail.empty()) made = values_.mail.front();
    return made;
  }
  // FN is always there, the others when they say something.
  Property* add(std::string_view name, std::string value) {
    if (value.empty() && name != "FN") return nullptr;
    card_.properties.push_back({.name = std::string(name), .value = std::move(value)});
    return &card_.properties.back();
  }
  Property* text(std::string_view name, std::string_view value) {
    return add(name, escape_text(value));
  }
  Property* structured(std::string_view name, std::initializer_list<std::string_view> parts) {
    std::string value;
    bool any = false;
    for (const auto& part : parts) {
      if (&part != parts.begin()) value.push_back(';');
      value += escape_text(part);
      any = any || !part.empty();
    }
    return any ? add(name, value) : nullptr;
  }
  void ways() {
    for (const auto& address : values_.mail) {
      Property* property = text("EMAIL", address);
      if (property == nullptr) continue;
      property->set("TYPE", "work");
      if (&address == &values_.mail.front()) property->set("PREF", "1");
    }
    for (const auto& phone : values_.phones)
      if (Property* property = text("TEL", phone.number))
        property->parameters.push_back(
            {"TYPE", phone.type == "work" || phone.type == "home"
                         ? std::vector<std::string>{phone.type, "voice"}
                         : std::vector<std::string>{phone.type.empty() ? "voice" : phone.type}});
    if (Property* property =
            structured("ADR", {"", values_.office, values_.street, values_.city, values_.region,
                               values_.postal_code, values_.country}))
      property->set("TYPE", "work");
  }
  void work() {
    if (values_.department.empty())
      text("ORG", values_.organization);
    else
      structured("ORG", {values_.organization, values_.department});
    text("TITLE", values_.title);
    text("ROLE", values_.role);
    text("NOTE", values_.note);
    add("URL", values_.web_page);
    text("X-MANAGER", values_.manager);
    text("X-ASSISTANT", values_.assistant);
    std::string categories;
    for (const auto& one : values_.categories)
      categories += (categories.empty() ? "" : ",") + escape_text(one);
    add("CATEGORIES", categories);
  }

  const CardValues& values_;
  Component card_{.name = "VCARD"};
};

}  // namespace

std::string write_card(const CardValues& values, CardVersion version) {
  return write_component(convert(Writer(values).write(), version));
}

}  // namespace kontor::calendar
