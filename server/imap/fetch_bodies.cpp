// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/imap/fetch_bodies.hpp"

#include <algorithm>

#include "server/imap/fetch_columns.hpp"
#include "server/imap/fetch_section.hpp"

namespace kontor::imap {
namespace {

// Bytes before a stretch that are rather read with it than passed over by a trip of its own.
constexpr std::uint64_t k_most_passed_over = 16U << 10U;

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
    SectionSource source(std::move(read), std::min<std::uint64_t>(item_.header_size, item_.size),
                         limits());
    const std::string_view ahead = source.raw();
    for (const auto& body : bodies_) {
      const auto stretch = known_stretch(body, item_.header_size, item_.size);
      if (stretch && body.kind == wire::BodyKind::binary_size) {
        append_label(session_.out.buffer(), body);
        append_number(session_.out.buffer(), stretch->size);
      } else if (stretch) {
        const auto part = cut(*stretch, body.partial);
        if (part.offset + part.size <= ahead.size()) {
          append_label(session_.out.buffer(), body);
          append_literal(session_.out.buffer(), body, ahead.substr(part.offset, part.size));
        } else {
          KONTOR_CO_TRY(co_await write_stretch(body, part));
        }
      } else {
        KONTOR_CO_TRY(const auto bytes, source.bytes(body));
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
};

}  // namespace

std::uint64_t read_ahead(const store::Item& item, const std::vector<wire::BodyItem>& bodies) {
  std::uint64_t end = 0;
  for (const auto& body : bodies) {
    if (const auto stretch = known_stretch(body, item.header_size, item.size)) {
      if (body.kind == wire::BodyKind::binary_size) continue;
      const auto part = cut(*stretch, body.partial);
      const auto behind = part.offset + part.size;
      if (part.offset <= k_most_passed_over && behind <= k_whole_stretch)
        end = std::max(end, behind);
    } else if (needs_header_only(body)) {
      end = std::max<std::uint64_t>(end, item.header_size);
    } else {
      return item.size;
    }
  }
  return std::min(end, item.size);
}

Task<Result<void>> write_bodies(Session& session,
                                store::Item item,
                                const std::vector<wire::BodyItem>& bodies,
                                std::string bytes) {
  BodyWriter writer(session, item, bodies);
  co_return co_await writer.run(std::move(bytes));
}

}  // namespace kontor::imap
