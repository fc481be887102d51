// SPDX-License-Identifier: GPL-3.0-or-later
// The two versions differ in how they say the same: preferred (TYPE=pref, PREF=1), pictures
// (ENCODING=b, a data: URI), places, dates, groups. RFC 6350, appendix A lists the changes.
#include <algorithm>
#include <array>

#include "base/core/text.hpp"
#include "calendar/vcard/card.hpp"

namespace kontor::calendar {
namespace {

struct Pair {
  std::string_view v3;
  std::string_view v4;
};

// Properties that have another name in the other version.
constexpr std::array k_names = {
    Pair{"X-ADDRESSBOOKSERVER-KIND", "KIND"},
    Pair{"X-ADDRESSBOOKSERVER-MEMBER", "MEMBER"},
    Pair{"X-ANNIVERSARY", "ANNIVERSARY"},
    Pair{"X-GENDER", "GENDER"},
    Pair{"X-RELATED", "RELATED"},
    Pair{"X-LANG", "LANG"},
    Pair{"X-XML", "XML"},
    Pair{"X-CLIENTPIDMAP", "CLIENTPIDMAP"},
    Pair{"CLASS", "X-CLASS"},
    Pair{"MAILER", "X-MAILER"},
    Pair{"NAME", "X-NAME"},
    Pair{"PROFILE", "X-PROFILE"},
    Pair{"AGENT", "X-AGENT"},
};

bool is_media(std::string_view name) {
  return name == "PHOTO" || name == "LOGO" || name == "SOUND" || name == "KEY";
}
bool is_date(std::string_view name) {
  return name == "BDAY" || name == "ANNIVERSARY" || name == "X-ANNIVERSARY" || name == "REV";
}

// Takes a value off the TYPE parameters; says whether it was there.
bool take_type(Property& property, std::string_view type) {
  bool found = false;
  for (auto& parameter : property.parameters)
    if (parameter.name == "TYPE")
      found = std::erase_if(parameter.values, [&](const auto& one) { return iequals(one, type); }) >
                  0 ||
              found;
  std::erase_if(property.parameters, [](const Parameter& one) { return one.values.empty(); });
  return found;
}

void add_type(Property& property, std::string_view type) {
  for (auto& parameter : property.parameters)
    if (parameter.name == "TYPE") {
      parameter.values.emplace_back(type);
      return;
    }
  property.parameters.push_back({"TYPE", {std::string(type)}});
}

std::string_view top_of(std::string_view name) {
  return name == "SOUND" ? "audio/" : name == "KEY" ? "application/" : "image/";
}

// ENCODING=b;TYPE=JPEG is the URI data:image/jpeg;base64,...
void media_to_v4(Property& property) {
  const auto encoding = property.parameter("ENCODING");
  if (iequals(encoding, "b") || iequals(encoding, "BASE64")) {
    const std::string type = to_lower(property.parameter("TYPE"));
    std::string data;
    for (const char c : property.value)
      if (c != ' ') data.push_back(c);
    property.value =
        "data:" +
        (type.contains('/') ? type
                            : std::string(top_of(property.name)) + (type.empty() ? "jpeg" : type)) +
        ";base64," + data;
    property.set("TYPE", "");
  }
  property.set("ENCODING", "");
  property.set("VALUE", "");
}

void media_to_v3(Property& property) {
  property.set("MEDIATYPE", "");
  const std::string_view value = property.value;
  const auto mark = value.find(";base64,");
  if (!istarts_with(value, "data:") || mark == std::string_view::npos) {
    property.set("VALUE", "uri");
    return;
  }
  std::string type(value.substr(5, mark - 5));
  if (const auto slash = type.find('/'); slash != std::string::npos) type.erase(0, slash + 1);
  property.set("VALUE", "");
  property.set("TYPE", to_upper(type.substr(0, type.find(';'))));
  property.set("ENCODING", "b");
  property.value.erase(0, mark + 8);
}

// 1996-04-15 and 1996-04-15T10:20:30Z lose what version 4 has not.
void date_to_v4(Property& property) {
  const auto omitted = property.parameter("X-APPLE-OMIT-YEAR");
  if (!omitted.empty() && property.value.starts_with(omitted))
    property.value = "--" + property.value.substr(omitted.size());
  property.set("X-APPLE-OMIT-YEAR", "");
  const bool no_year = property.value.starts_with("--");
  std::string basic;
  const auto clock = property.value.find('T');
  for (std::size_t i = no_year ? 2 : 0; i < property.value.size(); ++i) {
    const char c = property.value[i];
    const bool in_clock = clock != std::string::npos && i > clock;
    if (in_clock ? c != ':' : c != '-') basic.push_back(c);
  }
  property.value = (no_year ? "--" : "") + basic;
  if (iequals(property.parameter("VALUE"), "date") ||
      iequals(property.parameter("VALUE"), "date-time"))
    property.set("VALUE", "");
}

void date_to_v3(Property& property) {
  std::string& value = property.value;
  const auto digits = [](std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, is_digit);
  };
  if (value.size() == 6 && value.starts_with("--") && digits(std::string_view(value).substr(2))) {
    // The year 1604 stands for none, as Apple's programs have it.
    value = "1604-" + value.substr(2, 2) + "-" + value.substr(4, 2);
    property.set("X-APPLE-OMIT-YEAR", "1604");
  } else if (value.size() >= 8 && digits(std::string_view(value).substr(0, 8)) &&
             (value.size() == 8 || value[8] == 'T')) {
    std::string clock = value.substr(8);
    if (clock.size() >= 7 && digits(std::string_view(clock).substr(1, 6)))
      clock = clock.substr(0, 3) + ":" + clock.substr(3, 2) + ":" + clock.substr(5);
    value = value.substr(0, 4) + "-" + value.substr(4, 2) + "-" + value.substr(6, 2) + clock;
  }
  if (iequals(property.parameter("VALUE"), "date-and-or-time")) property.set("VALUE", "");
}

void place_to_v4(Property& property) {
  if (property.value.starts_with("geo:")) return;
  if (const auto mark = property.value.find(';'); mark != std::string::npos)
    property.value =
        "geo:" + property.value.substr(0, mark) + "," + property.value.substr(mark + 1);
}
void place_to_v3(Property& property) {
  if (!property.value.starts_with("geo:")) return;
  property.value.erase(0, 4);
  if (const auto mark = property.value.find(','); mark != std::string::npos)
    property.value[mark] = ';';
  property.value.erase(
      std::min(property.value.find(';', property.value.find(';') + 1), property.value.size()));
}

class ToV4 {
 public:
  explicit ToV4(const Component& card) : card_(card) {}

  Component run() {
    for (const auto& property : card_.properties) take(property);
    for (auto& one : out_.properties)
      if (one.name == "N" && !sort_.empty()) one.set("SORT-AS", sort_);
    for (auto& one : labels_)
      out_.properties.push_back(
          {.name = "ADR", .parameters = std::move(one.parameters), .value = ";;;;;;"});
    return std::move(out_);
  }

 private:
  void take(Property property) {
    if (property.name == "LABEL") return take_label(std::move(property));
    if (property.name == "SORT-STRING") {
      sort_ = unescape_text(property.value);
      return;
    }
    for (const auto& pair : k_names)
      if (property.name == pair.v3) property.name = pair.v4;
    if (property.name == "VERSION") property.value = "4.0";
    if (take_type(property, "pref")) property.set("PREF", "1");
    property.set("CHARSET", "");
    if (property.name == "EMAIL") take_type(property, "internet");
    if (property.name == "ADR")
      for (const auto type : {"dom", "intl", "postal", "parcel"}) take_type(property, type);
    if (is_media(property.name)) media_to_v4(property);
    if (is_date(property.name)) date_to_v4(property);
    if (property.name == "GEO") place_to_v4(property);
    out_.properties.push_back(std::move(property));
  }

  // The label of the address before it; one without an address becomes one.
  void take_label(Property label) {
    for (auto one = out_.properties.rbegin(); one != out_.properties.rend(); ++one)
      if (one->name == "ADR" && one->find("LABEL") == nullptr && one->group == label.group) {
        one->set("LABEL", unescape_text(label.value));
        return;
      }
    const std::string text = unescape_text(label.value);
    label.set("LABEL", text);
    labels_.push_back(std::move(label));
  }

  const Component& card_;
  Component out_{.name = "VCARD"};
  std::vector<Property> labels_;
  std::string sort_;
};

class ToV3 {
 public:
  explicit ToV3(const Card& card) : card_(card) {}

  Component run() {
    for (const auto& property : card_.component.properties) take(property);
    if (out_.find("N") == nullptr)  // RFC 2426, 3.1.2 asks for it
      out_.properties.push_back(
          {.name = "N", .value = ";" + escape_text(card_.formatted_name) + ";;;"});
    return std::move(out_);
  }

 private:
  void take(Property property) {
    for (const auto& pair : k_names)
      if (property.name == pair.v4) property.name = pair.v3;
    if (property.name == "VERSION") property.value = "3.0";
    if (const std::string preference(property.parameter("PREF")); !preference.empty()) {
      property.set("PREF", "");
      if (preference == "1")
        add_type(property, "pref");
      else
        property.set("X-PREF", preference);
    }
    if (property.name == "N" && property.find("SORT-AS") != nullptr) {
      const std::string sort(property.parameter("SORT-AS"));
      property.set("SORT-AS", "");
      out_.properties.push_back({.name = "SORT-STRING", .value = escape_text(sort)});
    }
    if (property.name == "TEL" && istarts_with(property.value, "tel:")) {
      property.value.erase(0, 4);
      property.set("VALUE", "");
    }
    if (is_media(property.name)) media_to_v3(property);
    if (is_date(property.name)) date_to_v3(property);
    if (property.name == "GEO") place_to_v3(property);
    const std::string label(property.parameter("LABEL"));
    property.set("LABEL", "");
    Property text{
        .group = property.group, .name = "LABEL", .parameters = {}, .value = escape_text(label)};
    if (const Parameter* types = property.find("TYPE")) text.parameters.push_back(*types);
    out_.properties.push_back(std::move(property));
    if (!label.empty()) out_.properties.push_back(std::move(text));
  }

  const Card& card_;
  Component out_{.name = "VCARD"};
};

}  // namespace

Component convert(const Card& card, CardVersion version) {
  if (card.version == version) return card.component;
  return version == CardVersion::v4 ? ToV4(card.component).run() : ToV3(card).run();
}

}  // namespace kontor::calendar
