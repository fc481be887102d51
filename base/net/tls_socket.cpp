// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/net/tls_socket.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <memory>

#include "base/net/tls_handle.hpp"

namespace kontor::net {
namespace {

bool is_passing(int error_number) {
  return error_number == EAGAIN || error_number == EWOULDBLOCK || error_number == EINTR;
}

}  // namespace

// What OpenSSL calls.
struct TlsSocketCalls {
  static TlsSocket& of(BIO* bio) { return *static_cast<TlsSocket*>(BIO_get_data(bio)); }
  static int write(BIO* bio, const char* data, int size) { return of(bio).write(bio, data, size); }
  static int read(BIO* bio, char* data, int size) { return of(bio).read(bio, data, size); }
  static long control(BIO* bio, int command, long, void*) {
    if (command == BIO_CTRL_EOF) return of(bio).has_ended_ ? 1 : 0;
    return command == BIO_CTRL_FLUSH ? 1 : 0;  // nothing waits here that OpenSSL could send
  }

  static const BIO_METHOD* method() {
    using Handle = std::unique_ptr<BIO_METHOD, FreeWith<BIO_meth_free>>;
    static const Handle made = [] {
      Handle one(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "kontor socket"));
      if (one == nullptr) throw std::bad_alloc();
      BIO_meth_set_write(one.get(), write);
      BIO_meth_set_read(one.get(), read);
      BIO_meth_set_ctrl(one.get(), control);
      return one;
    }();
    return made.get();
  }
};

BIO* TlsSocket::make_bio() {
  BIO* bio = BIO_new(TlsSocketCalls::method());
  if (bio == nullptr) return nullptr;
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  return bio;
}

TlsSocket::Sent TlsSocket::send() {
  is_gathering_ = false;
  std::size_t sent = 0;
  Sent outcome = Sent::all;
  while (sent < gathered_.size()) {
    const auto count = ::send(fd_, gathered_.data() + sent, gathered_.size() - sent, MSG_NOSIGNAL);
    if (count >= 0) {
      sent += static_cast<std::size_t>(count);
      continue;
    }
    if (errno == EINTR) continue;
    outcome = is_passing(errno) ? Sent::some : Sent::failed;
    break;
  }
  if (outcome == Sent::some)
    gathered_.erase(0, sent);
  else
    gathered_ = std::string();
  return outcome;
}

int TlsSocket::write(BIO* bio, const char* data, int size) {
  BIO_clear_retry_flags(bio);
  if (size <= 0) return 0;
  if (is_gathering_) {
    gathered_.append(data, static_cast<std::size_t>(size));
    return size;
  }
  const auto before = gathered_.empty() ? Sent::all : send();
  const auto count = before == Sent::all
                         ? ::send(fd_, data, static_cast<std::size_t>(size), MSG_NOSIGNAL)
                         : ssize_t{-1};
  if (count < 0 && (before == Sent::some || is_passing(errno))) BIO_set_retry_write(bio);
  return static_cast<int>(count);
}

int TlsSocket::read(BIO* bio, char* data, int size) {
  BIO_clear_retry_flags(bio);
  if (size <= 0) return 0;
  const auto count = ::recv(fd_, data, static_cast<std::size_t>(size), 0);
  if (count < 0 && is_passing(errno)) BIO_set_retry_read(bio);
  has_ended_ = count == 0;
  return static_cast<int>(count);
}

}  // namespace kontor::net
