// SPDX-License-Identifier: GPL-3.0-or-later
// COMPRESS (RFC 4978): everything behind the tagged OK is compressed, both ways.
#include "base/core/text.hpp"
#include "server/imap/handlers.hpp"
#include "server/imap/wire/arguments.hpp"

namespace kontor::imap {

Task<Result<Tagged>> cmd_compress(Session& session, Request request) {
  const auto mechanism = wire::parse_compress(request.arguments);
  if (!mechanism) co_return bad_syntax(mechanism.error());
  if (!iequals(*mechanism, "DEFLATE"))
    co_return Tagged(Status::no, "CANNOT", "compression by DEFLATE only");
  // RFC 4978, 3.
  if (session.deflated != nullptr)
    co_return Tagged(Status::no, "COMPRESSIONACTIVE", "compression is active already");
  if (!session.env.settings.imap.compress)
    co_return Tagged(Status::no, "CANNOT", "compression is switched off");
  session.out.line(request.tag, " OK ", session.say("Compression begins"));
  KONTOR_CO_TRY(co_await session.out.flush());
  // What a hasty client has sent behind the command can only be compressed.
  std::string received(session.reader.buffered());
  auto deflated = net::make_deflate_stream(std::move(session.stream), std::move(received));
  session.deflated = deflated.get();
  session.speak_through(std::move(deflated));
  Tagged done;
  done.answered = true;
  co_return done;
}

}  // namespace kontor::imap
