// SPDX-License-Identifier: GPL-3.0-or-later
#include "search/extract/worker_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace kontor::search {
namespace {

constexpr int k_greeting_millis = 30'000;
constexpr int k_order_millis = 10'000;

Result<void> write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return errno_error("handing an attachment over", errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<Greeting> await_greeting(int socket) {
  pollfd readable{socket, POLLIN, 0};
  int ready = 0;
  do {
    ready = ::poll(&readable, 1, k_greeting_millis);
  } while (ready < 0 && errno == EINTR);
  if (ready == 0) return fail(Errc::timed_out, "kontor-extract does not answer");
  std::array<char, 64> buffer;
  const auto got = ::recv(socket, buffer.data(), buffer.size(), 0);
  if (got <= 0) return fail(Errc::closed, "kontor-extract ended at its start");
  return parse_greeting({buffer.data(), static_cast<std::size_t>(got)});
}

Result<std::array<Descriptor, 2>> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return errno_error("making a pipe", errno);
  return std::array{Descriptor(ends[0]), Descriptor(ends[1])};
}

using Handed = std::array<int, k_order_descriptors>;

Result<void> send_packet(int socket, std::string bytes, const Handed& descriptors) {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(Handed))> control{};
  iovec part{bytes.data(), bytes.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  auto* const head = CMSG_FIRSTHDR(&message);
  head->cmsg_level = SOL_SOCKET;
  head->cmsg_type = SCM_RIGHTS;
  head->cmsg_len = CMSG_LEN(sizeof(Handed));
  std::memcpy(CMSG_DATA(head), descriptors.data(), sizeof(Handed));
  for (;;) {
    if (::sendmsg(socket, &message, MSG_NOSIGNAL) >= 0) return {};
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return fail(Errc::closed, "kontor-extract has gone");
    pollfd writable{socket, POLLOUT, 0};
    if (::poll(&writable, 1, k_order_millis) == 0)
      return fail(Errc::closed, "kontor-extract takes no orders");
  }
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    close();
    number_ = other.number_;
    other.number_ = -1;
  }
  return *this;
}

void Descriptor::close() noexcept {
  if (number_ >= 0) ::close(number_);
  number_ = -1;
}

Result<std::shared_ptr<WorkerProcess>> WorkerProcess::start(const std::string& program) {
  KONTOR_TRY(auto process, io::ChildProcess::start({program, "kontor-extract",
                                                    io::ChildProcess::Socket::packets, false}));
  KONTOR_TRY(const auto greeting, await_greeting(process.socket()));
  return std::shared_ptr<WorkerProcess>(new WorkerProcess(std::move(process), greeting));
}

Result<Reply> WorkerProcess::send(const Order& order, const Descriptor& request) {
  KONTOR_TRY(auto answer, make_pipe());
  KONTOR_TRY(auto fate, make_pipe());
  KONTOR_TRY(send_packet(process_.socket(), encode(order),
                         {request.get(), answer[1].get(), fate[1].get()}));
  return Reply{std::move(answer[0]), std::move(fate[0])};
}

Result<Descriptor> make_request(const Attachment& attachment) {
  Descriptor file(::memfd_create("kontor-attachment", MFD_CLOEXEC));
  if (file.get() < 0) return errno_error("handing an attachment over", errno);
  KONTOR_TRY(write_all(file.get(), request_head(attachment)));
  KONTOR_TRY(write_all(file.get(), attachment.bytes));
  return file;
}

}  // namespace kontor::search
