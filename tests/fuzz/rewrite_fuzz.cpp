// SPDX-License-Identifier: GPL-3.0-or-later
// Messages that rules change: whatever the message is, adding a text twice adds it once, what is
// signed stays, a change in which nothing is found changes nothing, and removed files are gone.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "server/rules/rewrite/add_text.hpp"
#include "server/rules/rewrite/edits.hpp"
#include "server/rules/rewrite/replace.hpp"
#include "server/rules/rewrite/structure.hpp"

namespace {

using namespace kontor;

const mime::Limits k_limits{.max_depth = 20, .max_parts = 200};

void check_addition(const std::string& message) {
  rules::Addition addition;
  addition.text = "-- \nЭто письмо only for you.";
  addition.html = "<p>Это письмо only for you.<img src=\"cid:p\"></p>";
  addition.pictures = {{"p", "image/png", "bytes"}};
  const auto done = rules::add_text(message, addition, k_limits);
  if (done.outcome != rules::Added::done) {
    if (done.message != message) std::abort();
    return;
  }
  const auto parsed = mime::parse(message, k_limits);
  if (!rules::structure_of(message, parsed).is_open()) std::abort();
}

void check_replacing(const std::string& message) {
  const rules::FindPlaces none = [](std::string_view) { return std::vector<mime::Range>(); };
  if (rules::replace_text(message, none, "x", k_limits).message != message) std::abort();
  const rules::FindPlaces digits = [](std::string_view text) {
    std::vector<mime::Range> out;
    for (std::size_t at = 0; at < text.size(); ++at)
      if (text[at] == '1') out.push_back({at, 1});
    return out;
  };
  const auto done = rules::replace_text(message, digits, "☂", k_limits);
  if (done.count == 0 && done.message != message) std::abort();
}

void check_removal(const std::string& message) {
  const auto done = rules::remove_files(
      message, [](const rules::AttachedFile&) { return true; },
      [](const rules::AttachedFile& file) { return "gone: " + file.name; }, k_limits);
  if (done.gone.empty() && done.message != message) std::abort();
}

void check_header(const std::string& message) {
  bool is_changed = false;
  (void)rules::with_subject_tag(message, "[Внешнее]", is_changed);
  std::size_t count = 0;
  const auto without = rules::without_fields(message, "X-*", count);
  if (count == 0 && without != message) std::abort();
  (void)rules::with_field(message, "X-A", "значение");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string message(reinterpret_cast<const char*>(data), size);
  check_addition(message);
  check_replacing(message);
  check_removal(message);
  check_header(message);
  std::size_t count = 0;
  (void)rules::replace_in_html(
      message, [](std::string_view) { return std::vector<mime::Range>(); }, "", count);
  (void)rules::end_of_html_body(message);
  (void)rules::start_of_html_body(message);
  return 0;
}
