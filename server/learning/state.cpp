// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/learning/state.hpp"

#include <algorithm>

#include "base/core/crc32c.hpp"
#include "base/core/little_endian.hpp"
#include "base/crypto/digest.hpp"

namespace kontor::learning {
namespace {

constexpr std::string_view k_magic = "KontorLN";
constexpr std::uint32_t k_version = 1;
constexpr std::size_t k_head = 20, k_tail = 4;
constexpr std::size_t k_longest_source = 255;

Digest digest_of(const std::string& text) {
  const auto digest = crypto::sha256(text);
  Digest out;
  std::copy_n(digest.begin(), out.size(), out.begin());
  return out;
}

std::optional<Job> read_job(LeReader& in) {
  Job job;
  const auto kind = in.take(1);
  const auto account = in.take(16);
  const auto item = in.number<std::uint64_t>();
  const auto guid = in.take(16);
  const auto owner = in.take(16);
  const auto length = in.take(1);
  if (!kind || !account || !item || !guid || !owner || !length) return std::nullopt;
  const auto source = in.take(static_cast<unsigned char>(length->front()));
  if (!source || static_cast<unsigned char>(kind->front()) > 1) return std::nullopt;
  job.is_spam = kind->front() == '\1';
  job.account = Uuid::from_bytes(*account).value();
  job.item = *item;
  job.guid = Uuid::from_bytes(*guid).value();
  job.owner = {std::string(*source), Uuid::from_bytes(*owner).value()};
  return job;
}

}  // namespace

std::string format_state(const State& state) {
  std::string out(k_magic);
  append_le<std::uint32_t>(out, k_version);
  append_le<std::uint32_t>(out, static_cast<std::uint32_t>(state.jobs.size()));
  append_le<std::uint32_t>(out, static_cast<std::uint32_t>(state.done.size()));
  for (const auto& job : state.jobs) {
    const auto source = job.owner.source.substr(0, k_longest_source);
    out += job.is_spam ? '\1' : '\0';
    out += job.account.bytes();
    append_le<std::uint64_t>(out, job.item);
    out += job.guid.bytes();
    out += job.owner.guid.bytes();
    out += static_cast<char>(source.size());
    out += source;
  }
  for (const auto& digest : state.done) out.append(digest.begin(), digest.end());
  append_le<std::uint32_t>(out, crc32c(out));
  return out;
}

Result<State> parse_state(std::string_view bytes) {
  if (!bytes.starts_with(k_magic)) return fail(Errc::corrupt, "this is no file of what is learnt");
  const auto version = load_le<std::uint32_t>(bytes, k_magic.size());
  if (version && *version > k_version)
    return fail(Errc::unsupported, "it was written by a later version of this server");
  const auto damaged = [] { return fail(Errc::corrupt, "the file of what is learnt is damaged"); };
  if (version != k_version || bytes.size() < k_head + k_tail ||
      load_le<std::uint32_t>(bytes, bytes.size() - k_tail) !=
          crc32c(bytes.substr(0, bytes.size() - k_tail)))
    return damaged();
  const auto jobs = *load_le<std::uint32_t>(bytes, 12), done = *load_le<std::uint32_t>(bytes, 16);
  if (jobs > k_most_jobs || done > k_most_done) return damaged();
  LeReader in(bytes.substr(k_head, bytes.size() - k_head - k_tail));
  State state;
  for (std::uint32_t i = 0; i < jobs; ++i) {
    auto job = read_job(in);
    if (!job) return damaged();
    state.jobs.push_back(*std::move(job));
  }
  for (std::uint32_t i = 0; i < done; ++i) {
    const auto one = in.take(Digest().size());
    if (!one) return damaged();
    Digest digest;
    std::ranges::copy(*one, digest.begin());
    state.done.push_back(digest);
  }
  if (in.left() != 0) return damaged();
  return state;
}

Digest learnt_digest(const Uuid& guid, bool is_spam) {
  return digest_of((is_spam ? "spam" : "ham") + guid.bytes());
}
Digest source_digest(std::string_view trace) { return digest_of("source" + std::string(trace)); }

}  // namespace kontor::learning
