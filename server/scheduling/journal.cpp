// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/scheduling/journal.hpp"

#include <algorithm>

#include "base/core/crc32c.hpp"
#include "base/core/little_endian.hpp"
#include "server/scheduling/calendars.hpp"

namespace kontor::scheduling {
namespace {

constexpr std::string_view k_magic = "KUNT";
constexpr std::uint16_t k_version = 1;
constexpr std::string_view k_ending = ".untold";
constexpr std::uint64_t k_largest = 256U << 20U;
// Of one file; what a person may change at once stays far below.
constexpr std::uint32_t k_most_messages = 100'000, k_most_recipients = 100'000;

void append_text(std::string& out, std::string_view text) {
  append_le(out, static_cast<std::uint32_t>(text.size()));
  out += text;
}
void append_principal(std::string& out, const directory::PrincipalId& id) {
  append_text(out, id.source);
  out += id.guid.bytes();
}

// Every step fails by itself; what came before stays.
class Fields {
 public:
  explicit Fields(std::string_view bytes) : in_(bytes) {}
  template <std::unsigned_integral T>
  Result<T> number() {
    const auto value = in_.number<T>();
    if (!value) return fail(Errc::corrupt, "cut short");
    return *value;
  }
  Result<std::string> text() {
    KONTOR_TRY(const auto size, number<std::uint32_t>());
    const auto taken = in_.take(size);
    if (!taken) return fail(Errc::corrupt, "cut short");
    return std::string(*taken);
  }
  Result<Uuid> uuid() {
    const auto taken = in_.take(16);
    if (!taken) return fail(Errc::corrupt, "cut short");
    return Uuid::from_bytes(*taken);
  }
  Result<directory::PrincipalId> principal() {
    directory::PrincipalId id;
    KONTOR_TRY(id.source, text());
    KONTOR_TRY(id.guid, uuid());
    return id;
  }
  // A byte that says whether something follows.
  Result<bool> flag() {
    KONTOR_TRY(const auto value, number<std::uint8_t>());
    if (value > 1) return fail(Errc::corrupt, "a flag that is neither");
    return value == 1;
  }
  bool at_end() const { return in_.left() == 0; }

 private:
  LeReader in_;
};

Result<calendar::SchedulingMessage> parse_message(Fields& in) {
  KONTOR_TRY(const auto bytes, in.text());
  const auto object = calendar::read_message(bytes);
  if (!object) return fail(Errc::corrupt, object.error().sentence);
  const auto method = calendar::method_of(object->method);
  if (!method) return fail(Errc::corrupt, "a message without a method");
  calendar::SchedulingMessage out;
  out.method = *method;
  out.calendar = object->calendar;
  KONTOR_TRY(out.from, in.text());
  KONTOR_TRY(const auto count, in.number<std::uint32_t>());
  if (count > k_most_recipients) return fail(Errc::corrupt, "too many recipients");
  for (std::uint32_t i = 0; i < count; ++i) {
    KONTOR_TRY(auto to, in.text());
    out.to.push_back(std::move(to));
  }
  return out;
}

}  // namespace

std::size_t Untold::recipients() const {
  std::size_t out = 0;
  for (const auto& message : messages) out += message.to.size();
  return out;
}

bool was_made(const Untold& untold, const store::AccountView& view) {
  if (untold.name.empty())
    return std::ranges::none_of(view.folders(),
                                [&](const auto& folder) { return folder.id == untold.folder; });
  const auto found = find_by_name(view, untold.folder, untold.name);
  return untold.before ? !found || found->item.guid != *untold.before : found.has_value();
}

std::string format_untold(const Untold& untold) {
  std::string out(k_magic);
  append_le(out, k_version);
  out += untold.id.bytes();
  append_principal(out, untold.owner);
  append_le(out, static_cast<std::uint8_t>(untold.writer ? 1 : 0));
  if (untold.writer) append_principal(out, *untold.writer);
  append_le(out, untold.folder);
  append_text(out, untold.name);
  append_text(out, untold.uid);
  append_le(out, static_cast<std::uint8_t>(untold.before ? 1 : 0));
  if (untold.before) out += untold.before->bytes();
  append_le(out, static_cast<std::uint32_t>(untold.messages.size()));
  for (const auto& message : untold.messages) {
    append_text(out, calendar::write_component(message.calendar));
    append_text(out, message.from);
    append_le(out, static_cast<std::uint32_t>(message.to.size()));
    for (const auto& to : message.to) append_text(out, to);
  }
  append_le(out, crc32c(out));
  return out;
}

Result<Untold> parse_untold(std::string_view bytes) {
  constexpr std::size_t k_head = k_magic.size() + sizeof(k_version), k_sum = 4;
  if (bytes.size() < k_head + k_sum || !bytes.starts_with(k_magic))
    return fail(Errc::corrupt, "no record of this kind");
  if (load_le<std::uint16_t>(bytes, k_magic.size()) != k_version)
    return fail(Errc::unsupported, "written by a later version");
  const auto body = bytes.substr(0, bytes.size() - k_sum);
  if (load_le<std::uint32_t>(bytes, body.size()) != crc32c(body))
    return fail(Errc::corrupt, "the checksum does not fit");
  Fields in(body.substr(k_head));
  Untold out;
  KONTOR_TRY(out.id, in.uuid());
  KONTOR_TRY(out.owner, in.principal());
  KONTOR_TRY(const auto has_writer, in.flag());
  if (has_writer) {
    KONTOR_TRY(out.writer, in.principal());
  }
  KONTOR_TRY(out.folder, in.number<store::FolderId>());
  KONTOR_TRY(out.name, in.text());
  KONTOR_TRY(out.uid, in.text());
  KONTOR_TRY(const auto was_there, in.flag());
  if (was_there) {
    KONTOR_TRY(out.before, in.uuid());
  }
  KONTOR_TRY(const auto count, in.number<std::uint32_t>());
  if (count > k_most_messages) return fail(Errc::corrupt, "too many messages");
  for (std::uint32_t i = 0; i < count; ++i) {
    KONTOR_TRY(auto message, parse_message(in));
    out.messages.push_back(std::move(message));
  }
  if (!in.at_end()) return fail(Errc::corrupt, "more than there should be");
  return out;
}

Result<std::unique_ptr<Journal>> Journal::open(io::FileSystem& files,
                                               std::string folder,
                                               io::WorkPool& pool) {
  KONTOR_TRY(io::make_directories(files, folder));
  KONTOR_TRY(auto names, files.list(folder));
  std::unique_ptr<Journal> out(new Journal(files, std::move(folder), pool));
  std::erase_if(names, [](const std::string& name) { return !name.ends_with(k_ending); });
  out->old_ = std::move(names);
  return out;
}

std::string Journal::path_of(const Uuid& id) const {
  return folder_ + '/' + id.text() + std::string(k_ending);
}

Task<Result<void>> Journal::keep(Untold untold) {
  auto work = [this, untold = std::move(untold)] {
    return io::write_file_durably(files_, path_of(untold.id), format_untold(untold));
  };
  co_return co_await io::on_pool(pool_, std::move(work));
}

Task<void> Journal::drop(Uuid id) {
  auto work = [this, id] { static_cast<void>(files_.remove(path_of(id)).has_value()); };
  co_await io::on_pool(pool_, std::move(work));
}

Task<Journal::Left> Journal::load() {
  auto work = [this] {
    Left out;
    for (const auto& name : old_) {
      const auto path = folder_ + '/' + name;
      const auto bytes = io::read_file(files_, path, k_largest);
      auto untold = bytes ? parse_untold(*bytes) : fail(bytes.error());
      if (untold)
        out.untold.push_back(*std::move(untold));
      else
        out.damaged.push_back(path);
    }
    return out;
  };
  co_return co_await io::on_pool(pool_, std::move(work));
}

}  // namespace kontor::scheduling
