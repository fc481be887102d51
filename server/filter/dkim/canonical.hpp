// SPDX-License-Identifier: GPL-3.0-or-later
// The two forms in which a message is signed (RFC 6376, 3.4). Pure but for memory of the hash.
#pragma once
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "base/crypto/sha256.hpp"
#include "server/filter/dkim/signature.hpp"

namespace kontor::filter::dkim {

// One field with its CRLF. `raw` is the field as it stands, its last line end left out; `value` is
// what stands behind the colon.
std::string canonical_field(Form form,
                            std::string_view raw,
                            std::string_view name,
                            std::string_view value);

// The digest of a body that comes piece by piece; its memory does not grow with the body.
class BodyHasher {
 public:
  // Of the canonical form, only the first `most` bytes count (3.5, l=).
  explicit BodyHasher(Form form, std::uint64_t most = std::numeric_limits<std::uint64_t>::max());
  void add(std::string_view bytes);
  std::string finish();  // 32 bytes; nothing may be added after it
  // After finish(): so many bytes the whole canonical form has.
  std::uint64_t size() const noexcept { return size_; }

 private:
  void add_simple(std::string_view bytes);
  void add_relaxed(std::string_view bytes);
  void put(std::string_view bytes);
  void put_line_ends();
  void flush();

  Form form_;
  std::uint64_t most_, size_ = 0;
  std::uint64_t line_ends_ = 0;  // seen, and not known yet to be followed by anything
  bool has_cr_ = false, has_blank_ = false;
  std::string buffer_;
  crypto::Sha256 hash_;
};

}  // namespace kontor::filter::dkim
