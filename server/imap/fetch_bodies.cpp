// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/fetch_bodies.hpp"

#include <algorithm>

#include "server/imap/fetch_columns.hpp"
#include "server/imap/fetch_section.hpp"

namespace kontor::imap {
namespace {

void append_label(std::string& out, const wire::BodyItem& item) {
  if (out.empty() || out.back() != '(') out.push_back(' ');
  out.append(item.label).append(" ");
}

// RFC 9051, 4.3 and 6.4.5: literal8 where the bytes hold a NUL, which only BINARY can carry.
void append_literal_head(std::string& out, std::uint64_t size, bool binary) {
  out.append(binary ? "~{" : "{");
  append_number(out, size);
  out.append("}\r\n");
}

void append_literal(std::string& out, const wire::BodyItem& item, std::string_view text) {
  const bool binary = item.kind == wire::BodyKind::binary && text.contains('\0');
  append_literal_head(out, text.size(), binary);
  out.append(text);
}

void append_section(std::string& out,
                    const wire::BodyItem& item,
                    const std::optional<std::string>& bytes) {
  append_label(out, item);
  if (item.kind == wire::BodyKind::binary_size) {
    append_number(out, bytes ? bytes->size() : 0);
    return;
  }
  if (!bytes) {
    out.append("NIL");
    return;
  }
  const Stretch part = cut({0, bytes->size()}, item.partial);
  append_literal(out, item, std::string_view(*bytes).substr(part.offset, part.size));
}

class BodyWriter {
 public:
  BodyWriter(Session& session, store::Item item, const std::vector<wire::BodyItem>& bodies)
      : session_(session), item_(item), bodies_(bodies) {}

  Task<Result<void>> run(std::string read) {
    const auto ahead = read_ahead(item_, bodies_);
    if (ahead.size > 0) (ahead.whole ? whole_ : header_).emplace(std::move(read), limits());
    for (const auto& body : bodies_) {
      const auto stretch = known_stretch(body, item_.header_size, item_.size);
      if (stretch && body.kind == wire::BodyKind::binary_size) {
        append_label(session_.out.buffer(), body);
        append_number(session_.out.buffer(), stretch->size);
      } else if (stretch && whole_) {
        const auto part = cut(*stretch, body.partial);
        append_label(session_.out.buffer(), body);
        append_literal(session_.out.buffer(), body,
                       std::string_view(whole_->raw()).substr(part.offset, part.size));
      } else if (stretch) {
        KONTOR_CO_TRY(co_await write_stretch(body, cut(*stretch, body.partial)));
      } else {
        KONTOR_CO_TRY(const auto bytes, (whole_ ? whole_ : header_)->bytes(body));
        append_section(session_.out.buffer(), body, bytes);
      }
    }
    co_return Result<void>();
  }

 private:
  mime::Limits limits() const {
    const auto& settings = session_.env.settings.mime;
    return {.max_depth = settings.max_depth, .max_parts = settings.max_parts};
  }

  Task<Result<void>> write_stretch(const wire::BodyItem& body, Stretch part) {
    auto first = co_await session_.selected->account()->read_range(
        item_.id, part.offset, std::min(part.size, piece(part)));
    KONTOR_CO_TRY(const auto bytes, std::move(first));
    append_label(session_.out.buffer(), body);
    // What follows the first piece is not known yet: it may hold a NUL.
    append_literal_head(
        session_.out.buffer(), part.size,
        body.kind == wire::BodyKind::binary && (bytes.size() < part.size || bytes.contains('\0')));
    session_.out.raw(bytes);
    for (std::uint64_t done = bytes.size(); done < part.size;) {
      KONTOR_CO_TRY(co_await session_.out.flush_if_large());
      const auto next = co_await session_.selected->account()->read_range(
          item_.id, part.offset + done, std::min(k_body_piece, part.size - done));
      // The literal's size has been told: there is no way back.
      if (!next || next->empty()) co_return fail(Errc::closed, "reading a message failed midway");
      session_.out.raw(*next);
      done += next->size();
    }
    co_return Result<void>();
  }

  static std::uint64_t piece(Stretch part) {
    return part.size <= k_whole_stretch ? k_whole_stretch : k_body_piece;
  }

  Session& session_;
  store::Item item_;
  const std::vector<wire::BodyItem>& bodies_;
  std::optional<SectionSource> whole_;
  std::optional<SectionSource> header_;
};

}  // namespace

// The whole message when a section inside it is asked for, or a small one is wanted entirely; else
// its header when fields of it are.
ReadAhead read_ahead(const store::Item& item, const std::vector<wire::BodyItem>& bodies) {
  const auto inside = [&](const wire::BodyItem& body) {
    return !known_stretch(body, item.header_size, item.size) && !needs_header_only(body);
  };
  const auto entire = [](const wire::BodyItem& body) {
    return body.section.path.empty() && body.section.part == wire::SectionPart::all &&
           !body.partial && body.kind != wire::BodyKind::binary_size;
  };
  const bool small = item.size <= k_whole_stretch;
  if (std::ranges::any_of(bodies, inside) || (small && std::ranges::any_of(bodies, entire)))
    return {true, item.size};
  if (std::ranges::any_of(bodies, needs_header_only)) return {false, item.header_size};
  return {};
}

Task<Result<void>> write_bodies(Session& session,
                                store::Item item,
                                const std::vector<wire::BodyItem>& bodies,
                                std::string bytes) {
  BodyWriter writer(session, item, bodies);
  co_return co_await writer.run(std::move(bytes));
}

}  // namespace kontor::imap
