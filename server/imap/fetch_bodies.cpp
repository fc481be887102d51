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
  const auto text = std::string_view(*bytes).substr(part.offset, part.size);
  const bool binary = item.kind == wire::BodyKind::binary && text.contains('\0');
  append_literal_head(out, text.size(), binary);
  out.append(text);
}

class BodyWriter {
 public:
  BodyWriter(Session& session, store::Item item, const std::vector<wire::BodyItem>& bodies)
      : session_(session), item_(item), bodies_(bodies) {}

  Task<Result<void>> run() {
    KONTOR_CO_TRY(co_await load());
    for (const auto& body : bodies_) {
      const auto stretch = known_stretch(body, item_.header_size, item_.size);
      if (stretch && body.kind == wire::BodyKind::binary_size) {
        append_label(session_.out.buffer(), body);
        append_number(session_.out.buffer(), stretch->size);
      } else if (stretch && !whole_) {
        KONTOR_CO_TRY(co_await write_stretch(body, cut(*stretch, body.partial)));
      } else if (whole_) {
        KONTOR_CO_TRY(const auto bytes, whole_->bytes(body));
        append_section(session_.out.buffer(), body, bytes);
      } else {
        KONTOR_CO_TRY(const auto bytes, header_->bytes(body));
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

  // The whole message when a section inside it is asked for, or a small one is wanted entirely;
  // else its header when fields of it are.
  Task<Result<void>> load() {
    const auto inside = [&](const wire::BodyItem& body) {
      return !known_stretch(body, item_.header_size, item_.size) && !needs_header_only(body);
    };
    const auto entire = [](const wire::BodyItem& body) {
      return body.section.path.empty() && body.section.part == wire::SectionPart::all &&
             !body.partial;
    };
    const bool small = item_.size <= k_whole_stretch;
    if (std::ranges::any_of(bodies_, inside) || (small && std::ranges::any_of(bodies_, entire))) {
      KONTOR_CO_TRY(auto raw, co_await session_.account->read_message(item_.id));
      whole_.emplace(std::move(raw), limits());
    } else if (std::ranges::any_of(bodies_, needs_header_only)) {
      KONTOR_CO_TRY(auto raw,
                    co_await session_.account->read_range(item_.id, 0, item_.header_size));
      header_.emplace(std::move(raw), limits());
    }
    co_return Result<void>();
  }

  Task<Result<void>> write_stretch(const wire::BodyItem& body, Stretch part) {
    auto first = co_await session_.account->read_range(item_.id, part.offset,
                                                       std::min(part.size, piece(part)));
    KONTOR_CO_TRY(const auto bytes, std::move(first));
    append_label(session_.out.buffer(), body);
    append_literal_head(session_.out.buffer(), part.size,
                        body.kind == wire::BodyKind::binary && bytes.contains('\0'));
    session_.out.raw(bytes);
    for (std::uint64_t done = bytes.size(); done < part.size;) {
      KONTOR_CO_TRY(co_await session_.out.flush_if_large());
      const auto next = co_await session_.account->read_range(
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

Task<Result<void>> write_bodies(Session& session,
                                store::Item item,
                                const std::vector<wire::BodyItem>& bodies) {
  BodyWriter writer(session, item, bodies);
  co_return co_await writer.run();
}

}  // namespace kontor::imap
