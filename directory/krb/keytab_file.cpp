// SPDX-License-Identifier: GPL-3.0-or-later
// Read by the Kerberos library, which knows every version of the format; written here, since the
// library neither syncs nor sets owner and mode.
#include "directory/krb/keytab_file.hpp"

#include <fcntl.h>
#include <krb5/krb5.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/core/text.hpp"
#include "directory/krb/keytab.hpp"
#include "directory/krb/socket.hpp"

namespace kontor::directory {
namespace {

constexpr std::uint32_t k_name_type_principal = 1;  // RFC 4120, 7.5.8
constexpr std::uint32_t k_name_type_service = 2;

struct ContextFree {
  void operator()(krb5_context context) const { krb5_free_context(context); }
};
using PlainContext = std::unique_ptr<_krb5_context, ContextFree>;

std::string text_of(const krb5_data& data) {
  return data.length == 0 ? std::string() : std::string(data.data, data.length);
}

KeytabEntry entry_of(const krb5_keytab_entry& from) {
  KeytabEntry entry;
  entry.realm = text_of(from.principal->realm);
  for (krb5_int32 i = 0; i < from.principal->length; ++i)
    entry.components.push_back(text_of(from.principal->data[i]));
  entry.kvno = from.vno;
  entry.added = static_cast<std::uint32_t>(from.timestamp);
  entry.key.type = from.key.enctype;
  entry.key.bytes.assign(reinterpret_cast<const char*>(from.key.contents), from.key.length);
  return entry;
}

void put(std::string& out, std::uint32_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
    out += static_cast<char>(value >> shift & 0xFF);
}

void put_counted(std::string& out, const std::string& text) {
  put(out, static_cast<std::uint32_t>(text.size()), 2);
  out += text;
}

std::string record_of(const KeytabEntry& entry) {
  std::string out;
  put(out, static_cast<std::uint32_t>(entry.components.size()), 2);
  put_counted(out, entry.realm);
  for (const auto& component : entry.components) put_counted(out, component);
  put(out, entry.is_service() ? k_name_type_service : k_name_type_principal, 4);
  put(out, entry.added, 4);
  put(out, entry.kvno & 0xFF, 1);
  put(out, static_cast<std::uint32_t>(entry.key.type), 2);
  put_counted(out, entry.key.bytes);
  put(out, entry.kvno, 4);  // the whole number, since a byte wraps
  return out;
}

std::string folder_of(const std::string& file) {
  const auto slash = file.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : file.substr(0, slash);
}

Result<void> write_whole(int fd, const std::string& part, const std::string& bytes, Owner owner) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const auto sent = write(fd, bytes.data() + done, bytes.size() - done);
    if (sent < 0) return fail(errno_error("writing " + part, errno));
    done += static_cast<std::size_t>(sent);
  }
  if (geteuid() == 0 && fchown(fd, owner.uid, owner.gid) != 0)
    return fail(errno_error("giving " + part + " to the server's user", errno));
  if (fsync(fd) != 0) return fail(errno_error("syncing " + part, errno));
  return {};
}

}  // namespace

std::string KeytabEntry::name() const { return join(components, "/"); }

std::vector<std::string> components_of(const std::string& name) {
  std::vector<std::string> parts;
  for (const auto part : split(name, '/')) parts.emplace_back(part);
  return parts;
}

std::string encryption_name(std::int32_t type) {
  if (type == k_aes256) return "AES-256";
  if (type == k_aes128) return "AES-128";
  if (type == k_rc4) return "RC4";
  return "type " + std::to_string(type);
}

Result<std::vector<KeytabEntry>> read_keytab(const std::string& file) {
  const Socket opened(open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (opened.fd() < 0) return fail(errno_error(file, errno));
  krb5_context raw = nullptr;
  if (const auto code = krb5_init_context(&raw); code != 0)
    return fail(Errc::unavailable, "Kerberos cannot start: code " + std::to_string(code));
  const PlainContext context(raw);
  krb5_keytab keytab = nullptr;
  krb5_kt_cursor cursor = nullptr;
  auto code = krb5_kt_resolve(raw, keytab_name(file).c_str(), &keytab);
  if (code == 0) code = krb5_kt_start_seq_get(raw, keytab, &cursor);
  std::vector<KeytabEntry> entries;
  if (code == 0) {
    krb5_keytab_entry entry{};
    while ((code = krb5_kt_next_entry(raw, keytab, &entry, &cursor)) == 0) {
      entries.push_back(entry_of(entry));
      krb5_free_keytab_entry_contents(raw, &entry);
    }
    krb5_kt_end_seq_get(raw, keytab, &cursor);
  }
  if (keytab != nullptr) krb5_kt_close(raw, keytab);
  if (code == KRB5_KT_END) return entries;
  const char* text = krb5_get_error_message(raw, code);
  const std::string detail = file + ": " + text;
  krb5_free_error_message(raw, text);
  return fail(Errc::corrupt, detail);
}

std::string print_keytab(const std::vector<KeytabEntry>& entries) {
  std::string out("\x05\x02", 2);
  for (const auto& entry : entries) {
    const auto record = record_of(entry);
    put(out, static_cast<std::uint32_t>(record.size()), 4);
    out += record;
  }
  return out;
}

Result<void> write_keytab(const std::string& file,
                          const std::vector<KeytabEntry>& entries,
                          Owner owner) {
  const std::string part = file + ".new";
  unlink(part.c_str());  // of a writer that was killed
  std::string bytes = print_keytab(entries);
  const Socket opened(open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (opened.fd() < 0) return fail(errno_error("creating " + part, errno));
  auto written = write_whole(opened.fd(), part, bytes, owner);
  explicit_bzero(bytes.data(), bytes.size());
  if (written && rename(part.c_str(), file.c_str()) != 0)
    written = fail(errno_error("renaming " + part, errno));
  if (!written) {
    unlink(part.c_str());
    return written;
  }
  const Socket folder(open(folder_of(file).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.fd() < 0 || fsync(folder.fd()) != 0)
    return fail(errno_error("syncing " + folder_of(file), errno));
  return {};
}

Result<KeytabLock> KeytabLock::take(const std::string& file) {
  const std::string folder = folder_of(file);
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return fail(errno_error("the folder of the keytab, " + folder, errno));
  KeytabLock lock(fd);
  if (flock(fd, LOCK_EX | LOCK_NB) != 0)
    return fail(Errc::busy, "another kontorctl works on " + file);
  return lock;
}

KeytabLock::KeytabLock(KeytabLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

KeytabLock::~KeytabLock() {
  if (fd_ >= 0) close(fd_);
}

}  // namespace kontor::directory
