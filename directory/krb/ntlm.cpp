// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/krb/ntlm.hpp"

#include <gssapi/gssapi_ext.h>

#include <cerrno>

#include "base/core/text.hpp"
#include "directory/krb/gss.hpp"
#include "directory/model/ntlm_message.hpp"

namespace kontor::directory {
namespace {

constexpr std::string_view k_binding_prefix = "tls-server-end-point:";  // RFC 5929, 4
char k_ntlm_bytes[] = "\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a";
gss_OID_desc k_ntlm{10, k_ntlm_bytes};  // 1.3.6.1.4.1.311.2.2.10

class NtlmAcceptor final : public Acceptor {
 public:
  explicit NtlmAcceptor(const SignInContext& context) : binding_(context.channel_binding) {
    if (!binding_.empty() && !binding_.starts_with(k_binding_prefix))
      binding_.insert(0, k_binding_prefix);
  }

  Result<AcceptStep> step(std::optional<std::string> response) override {
    if (is_over_) return fail(Errc::bad_input, "the exchange is over");
    // The client starts; some ask first and take the empty challenge for "go on".
    if (!response && messages_ == 0) return AcceptStep();
    const unsigned type = messages_ == 0 ? 1 : 3;
    if (!response || messages_ == 2 || !is_ntlm_message(*response, type)) {
      is_over_ = true;
      return fail(Errc::bad_input, "not the NTLM message that is due");
    }
    ++messages_;
    if (auto claim = ntlm_claim(*response)) claimed_ = *std::move(claim);
    auto result = accept(*response);
    is_over_ = !result || result->done;
    return result;
  }

  std::string claimed_name() const override { return claimed_; }

 private:
  Result<AcceptStep> accept(const std::string& message);
  Result<AcceptStep> finish();

  std::string binding_, claimed_;
  GssCredential credential_;
  GssContext context_;
  GssName peer_;
  int messages_ = 0;
  bool is_over_ = false;
};

// What the library says when winbind refused: EACCES or EPERM, without a reason ([MS-ERREF] codes
// do not come through).
bool is_refusal(OM_uint32 major, OM_uint32 minor) {
  return minor == EACCES || minor == EPERM || GSS_ROUTINE_ERROR(major) == GSS_S_UNAUTHORIZED ||
         GSS_ROUTINE_ERROR(major) == GSS_S_BAD_BINDINGS;
}

Result<AcceptStep> NtlmAcceptor::accept(const std::string& message) {
  OM_uint32 minor = 0;
  if (credential_.get() == nullptr) {
    gss_OID_set_desc wanted{1, &k_ntlm};
    const auto major = gss_acquire_cred(&minor, GSS_C_NO_NAME, GSS_C_INDEFINITE, &wanted,
                                        GSS_C_ACCEPT, credential_.out(), nullptr, nullptr);
    if (GSS_ERROR(major))
      return fail(Errc::unavailable,
                  gss_text("NTLM needs gss-ntlmssp and a running winbind", major, minor));
  }
  gss_channel_bindings_struct bindings{};
  bindings.initiator_addrtype = GSS_C_AF_UNSPEC;
  bindings.acceptor_addrtype = GSS_C_AF_UNSPEC;
  bindings.application_data = view_of(binding_);
  auto input = view_of(message);
  GssBuffer output;
  const auto major =
      gss_accept_sec_context(&minor, context_.out(), credential_.get(), &input,
                             binding_.empty() ? GSS_C_NO_CHANNEL_BINDINGS : &bindings, peer_.out(),
                             nullptr, output.out(), nullptr, nullptr, nullptr);
  if (major == GSS_S_CONTINUE_NEEDED) {
    AcceptStep step;
    step.challenge = output.text();
    return step;
  }
  if (!GSS_ERROR(major)) return finish();
  if (is_refusal(major, minor))
    return fail(Errc::auth_failed, gss_text("the domain refused it by NTLM", major, minor));
  const bool malformed = GSS_ROUTINE_ERROR(major) == GSS_S_DEFECTIVE_TOKEN;
  return fail(malformed ? Errc::bad_input : Errc::unavailable, gss_text("NTLM", major, minor));
}

Result<AcceptStep> NtlmAcceptor::finish() {
  GssBuffer name;
  OM_uint32 minor = 0;
  const auto major = gss_display_name(&minor, peer_.get(), name.out(), nullptr);
  if (GSS_ERROR(major)) return fail(Errc::auth_failed, gss_text("client name", major, minor));
  std::string text = name.text();             // DOMAIN\user
  if (text.ends_with('\0')) text.pop_back();  // gss-ntlmssp 1.2 counts its end
  // Without a domain winbind did not vouch for it, and an anonymous one has no name at all.
  if (!text.contains('\\') || text.starts_with('\\') || text.ends_with('\\') || text.contains('\0'))
    return fail(Errc::auth_failed, "NTLM without a domain and a name");
  AcceptStep step;
  step.done = true;
  step.authenticated.name = std::move(text);
  step.authenticated.proof = Proof::ntlm;
  return step;
}

class NtlmMechanism final : public Mechanism {
 public:
  std::string name() const override { return "NTLM"; }
  bool needs_tls() const override { return true; }
  Pool pool() const override { return Pool::ntlm; }
  Result<std::unique_ptr<Acceptor>> begin(const SignInContext& context) override {
    return std::make_unique<NtlmAcceptor>(context);
  }
};

}  // namespace

std::unique_ptr<Mechanism> make_ntlm_mechanism() { return std::make_unique<NtlmMechanism>(); }

}  // namespace kontor::directory
