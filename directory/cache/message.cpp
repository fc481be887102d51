// SPDX-License-Identifier: GPL-3.0-or-later
// Each message lists its fields once (fields()); an Out writes them, an In reads them, so that both
// directions cannot disagree.
#include "directory/cache/message.hpp"

#include <utility>

#include "directory/model/bytes.hpp"
#include "directory/model/encoding.hpp"

namespace kontor::directory {
namespace {

constexpr std::size_t k_max_text = 512 * 1024;

class Out {
 public:
  template <class... Fields>
  void operator()(const Fields&... fields) {
    (put(fields), ...);
  }
  ByteWriter bytes;

 private:
  void put(bool value) { bytes.flag(value); }
  void put(std::uint16_t value) { bytes.u32(value); }
  void put(std::uint32_t value) { bytes.u32(value); }
  void put(std::uint64_t value) { bytes.u64(value); }
  void put(std::int64_t value) { bytes.u64(static_cast<std::uint64_t>(value)); }
  void put(const std::string& value) { bytes.text(value); }
  void put(const PrincipalId& value) { write_id(bytes, value); }
  void put(const Uuid& value) { bytes.raw(value.bytes()); }
  void put(const Changes& value) { write_changes(bytes, value); }
  template <class Rep, class Period>
  void put(std::chrono::duration<Rep, Period> value) {
    bytes.u64(static_cast<std::uint64_t>(value.count()));
  }
  template <class Enum>
    requires std::is_enum_v<Enum>
  void put(Enum value) {
    bytes.u8(static_cast<std::uint8_t>(value));
  }
  void put(const std::optional<std::string>& value) {
    bytes.flag(value.has_value());
    if (value) bytes.text(*value);
  }
  template <class T>
  void put(const std::vector<T>& list) {
    bytes.u32(static_cast<std::uint32_t>(list.size()));
    for (const auto& one : list) put(one);
  }
  template <class T>
    requires requires(Out& out, T& value) { fields(out, value); }
  void put(const T& value) {
    fields(*this, value);
  }
};

template <class Enum>
constexpr Enum k_last{};
template <>
constexpr Errc k_last<Errc> = Errc::internal;
template <>
constexpr Wish k_last<Wish> = Wish::reconcile;
template <>
constexpr LocalChange k_last<LocalChange> = LocalChange::set_password;
template <>
constexpr Proof k_last<Proof> = Proof::ntlm;
template <>
constexpr auto k_last<SignInAnswer::Outcome> = SignInAnswer::Outcome::failed;

class In {
 public:
  explicit In(std::string_view body) : bytes(body) {}
  template <class... Fields>
  void operator()(Fields&... fields) {
    (get(fields), ...);
  }
  ByteReader bytes;

 private:
  void get(bool& value) { value = bytes.flag(); }
  void get(std::uint16_t& value) {
    const auto number = bytes.u32();
    if (number > 0xFFFF) bytes.fail();
    value = static_cast<std::uint16_t>(number);
  }
  void get(std::uint32_t& value) { value = bytes.u32(); }
  void get(std::uint64_t& value) { value = bytes.u64(); }
  void get(std::int64_t& value) { value = static_cast<std::int64_t>(bytes.u64()); }
  void get(std::string& value) { value = bytes.text(k_max_text); }
  void get(PrincipalId& value) { value = read_id(bytes); }
  void get(Uuid& value) {
    if (const auto id = Uuid::from_bytes(bytes.raw(16)); id) value = *id;
  }
  void get(Changes& value) { value = read_changes(bytes); }
  template <class Rep, class Period>
  void get(std::chrono::duration<Rep, Period>& value) {
    value = std::chrono::duration<Rep, Period>(static_cast<Rep>(bytes.u64()));
  }
  template <class Enum>
    requires std::is_enum_v<Enum>
  void get(Enum& value) {
    const auto number = bytes.u8();
    if (number > static_cast<std::uint8_t>(k_last<Enum>)) bytes.fail();
    if (bytes.is_ok()) value = static_cast<Enum>(number);
  }
  void get(std::optional<std::string>& value) {
    if (bytes.flag()) value = bytes.text(k_max_text);
  }
  template <class T>
  void get(std::vector<T>& list) {
    list.resize(bytes.count(4));
    for (auto& one : list) get(one);
  }
  template <class T>
    requires requires(In& in, T& value) { fields(in, value); }
  void get(T& value) {
    fields(*this, value);
  }
};

template <class T, class M>
concept Is = std::same_as<std::remove_const_t<T>, M>;

template <class Archive>
void fields(Archive& a, Is<SignInContext> auto& m) {
  a(m.service, m.peer_address, m.session, m.is_tls, m.channel_binding);
}
template <class Archive>
void fields(Archive& a, Is<Identity> auto& m) {
  a(m.id, m.name, m.mail, m.login, m.sids, m.is_admin, m.proof, m.ticket_sids, m.ticket_ends);
}
template <class Archive>
void fields(Archive& a, Is<SaslStep> auto& m) {
  a(m.done, m.challenge, m.identity, m.authorization_id);
}
template <class Archive>
void fields(Archive& a, Is<SourceStatus> auto& m) {
  a(m.source, m.is_reachable, m.server, m.detail, m.changed);
}
template <class Archive>
void fields(Archive& a, Is<OfferedMechanism> auto& m) {
  a(m.name, m.needs_tls);
}
template <class Archive>
void fields(Archive& a, Is<config::Settings> auto& s) {
  a(s.server.name, s.server.data_folder, s.server.demo, s.log.file, s.log.format, s.log.level);
  a(s.directory.source, s.directory.also, s.directory.local_file, s.directory.default_domain,
    s.directory.accept_loss_percent, s.directory.attributes);
  a(s.ad.domain, s.ad.controllers, s.ad.more_domains, s.ad.site, s.ad.follow, s.ad.keytab_file,
    s.ad.bind, s.ad.bind_name, s.ad.bind_password_file, s.ad.ca_file, s.ad.search_base,
    s.ad.rooms_base, s.ad.admin_group, s.ad.timeout, s.ad.reconcile_interval);
  a(s.ldap.uri, s.ldap.security, s.ldap.bind_name, s.ldap.bind_password_file, s.ldap.ca_file,
    s.ldap.search_base, s.ldap.rooms_base, s.ldap.admin_group, s.ldap.timeout);
  a(s.sign_in.remember_success, s.sign_in.remember_failure, s.sign_in.mechanisms);
  a(s.groups.dynamic, s.policy.attribute, s.address_book.photos);
}
template <class Archive>
void fields(Archive& a, Is<Configure> auto& m) {
  a(m.version, m.settings);
}
template <class Archive>
void fields(Archive& a, Is<SignInBegin> auto& m) {
  a(m.id, m.mechanism, m.context);
}
template <class Archive>
void fields(Archive& a, Is<SignInStep> auto& m) {
  a(m.id, m.response);
}
template <class Archive>
void fields(Archive& a, Is<SignInAbandon> auto& m) {
  a(m.id);
}
template <class Archive>
void fields(Archive& a, Is<Ping> auto& m) {
  a(m.id);
}
template <class Archive>
void fields(Archive& a, Is<Request> auto& m) {
  a(m.id, m.wish);
}
template <class Archive>
void fields(Archive& a, Is<LocalEdit> auto& m) {
  a(m.id, m.change, m.person, m.address, m.name, m.login, m.password);
}
template <class Archive>
void fields(Archive& a, Is<Ready> auto& m) {
  a(m.version, m.mechanisms);
}
template <class Archive>
void fields(Archive& a, Is<SignInAnswer> auto& m) {
  a(m.id, m.outcome, m.error, m.step);
}
template <class Archive>
void fields(Archive& a, Is<CopyChanged> auto& m) {
  a(m.generation);
}
template <class Archive>
void fields(Archive& a, Is<CopyDelta> auto& m) {
  a(m.from, m.to, m.changes);
}
template <class Archive>
void fields(Archive& a, Is<SourceReport> auto& m) {
  a(m.sources, m.held_back);
}
template <class Archive>
void fields(Archive& a, Is<Pong> auto& m) {
  a(m.id);
}
template <class Archive>
void fields(Archive& a, Is<Reply> auto& m) {
  a(m.id, m.is_ok, m.error, m.detail);
}

// Reads the alternative whose place in Message is `type`.
template <std::size_t... Places>
Result<Message> decode_as(std::size_t type, std::string_view body, std::index_sequence<Places...>) {
  Result<Message> message = fail(Errc::bad_input, "a message of unknown type");
  const auto attempt = [&]<std::size_t place>() {
    if (place != type) return;
    In in(body);
    std::variant_alternative_t<place, Message> value;
    in(value);
    if (in.bytes.at_end())
      message = Message(std::move(value));
    else
      message = fail(Errc::bad_input, "a message whose fields do not fit");
  };
  (attempt.template operator()<Places>(), ...);
  return message;
}

}  // namespace

std::string encode_message(const Message& message) {
  Out out;
  out.bytes.u8(static_cast<std::uint8_t>(message.index()));
  std::visit([&](const auto& value) { out(value); }, message);
  ByteWriter frame;
  frame.text(out.bytes.bytes());
  return frame.take();
}

Result<Message> decode_message(std::string_view body) {
  if (body.empty()) return fail(Errc::bad_input, "an empty message");
  const auto type = static_cast<unsigned char>(body.front());
  return decode_as(type, body.substr(1), std::make_index_sequence<std::variant_size_v<Message>>());
}

Result<std::optional<Message>> MessageReader::next() {
  const auto rest = std::string_view(buffer_).substr(at_);
  ByteReader in(rest);
  const std::size_t size = in.u32();
  if (in.is_ok() && size > k_max_message) return fail(Errc::limit, "a message that is too long");
  if (!in.is_ok() || in.left() < size) {
    buffer_.erase(0, std::exchange(at_, 0));
    return std::optional<Message>();
  }
  KONTOR_TRY(auto message, decode_message(in.raw(size)));
  at_ += 4 + size;
  return std::optional<Message>(std::move(message));
}

}  // namespace kontor::directory
