// SPDX-License-Identifier: GPL-3.0-or-later
// One acceptor for both mechanisms: tokens until the context stands, then, for GSSAPI, the two
// wrapped messages of RFC 4752, 3.2. GSS-SPNEGO ends with the context; its last token travels as a
// challenge that the client answers with nothing, since not every protocol has success data.
#include "directory/krb/acceptor.hpp"

#include <gssapi/gssapi_ext.h>
#include <gssapi/gssapi_krb5.h>

#include <chrono>

#include "base/core/guarded.hpp"
#include "base/core/text.hpp"
#include "base/core/time.hpp"
#include "directory/krb/gss.hpp"
#include "directory/krb/keytab.hpp"
#include "directory/krb/pac.hpp"
#include "directory/krb/ticket_faults.hpp"

namespace kontor::directory {
namespace {

constexpr int k_max_steps = 12;
constexpr std::string_view k_binding_prefix = "tls-server-end-point:";  // RFC 5929, 4
constexpr char k_no_layer = 1;                                          // RFC 4752, 3.3
char k_spnego_bytes[] = "\x2b\x06\x01\x05\x05\x02";
gss_OID_desc k_spnego{6, k_spnego_bytes};

constexpr auto k_remember_refusal = std::chrono::seconds(1);

enum class Flavour { gssapi, spnego };
enum class Stage { tokens, last_token_sent, layers_due, layers_sent, over };

// The keys of one service, whatever host the keytab names: a ticket made with another service's key
// does not open. Services of one machine account share a key and cannot be told apart: the name on
// a ticket is outside of what its key protects (RFC 4120, 5.3).
Result<std::unique_ptr<GssCredential>> acquire(const std::string& keytab_file,
                                               const std::string& service,
                                               Flavour flavour) {
  const std::string keytab = keytab_name(keytab_file);
  gss_key_value_element_desc elements[] = {{"keytab", keytab.c_str()}, {"rcache", "none:"}};
  const gss_key_value_set_desc store{2, elements};
  gss_OID_set_desc wanted{1, flavour == Flavour::spnego ? &k_spnego : gss_mech_krb5};
  gss_OID_set_desc inner{1, gss_mech_krb5};
  auto credential = std::make_unique<GssCredential>();
  OM_uint32 minor = 0;
  GssName name;
  auto text = view_of(service);
  auto major = gss_import_name(&minor, &text, GSS_C_NT_HOSTBASED_SERVICE, name.out());
  if (!GSS_ERROR(major))
    major = gss_acquire_cred_from(&minor, name.get(), GSS_C_INDEFINITE, &wanted, GSS_C_ACCEPT,
                                  &store, credential->out(), nullptr, nullptr);
  if (!GSS_ERROR(major) &&
      flavour == Flavour::spnego)  // Kerberos only: never NTLM by the back door
    major = gss_set_neg_mechs(&minor, credential->get(), &inner);
  if (GSS_ERROR(major))
    return fail(Errc::unavailable,
                gss_text(("no key of service " + service + " in keytab " + keytab_file).c_str(),
                         major, minor));
  return credential;
}

class TicketAcceptor final : public Acceptor {
 public:
  TicketAcceptor(Flavour flavour,
                 std::unique_ptr<GssCredential> credential,
                 const SignInContext& context)
      : flavour_(flavour), credential_(std::move(credential)), binding_(context.channel_binding) {
    if (!binding_.empty() && !binding_.starts_with(k_binding_prefix))
      binding_.insert(0, k_binding_prefix);
  }

  Result<AcceptStep> step(std::optional<std::string> response) override;

 private:
  Result<AcceptStep> accept(const std::string& token);
  Result<AcceptStep> established(std::string token);
  Result<AcceptStep> offer_layers();
  Result<AcceptStep> take_choice(const std::string& token);
  Result<AcceptStep> finish(std::string authorization_id);
  Result<void> read_pac(Authenticated& who) const;

  Flavour flavour_;
  std::unique_ptr<GssCredential> credential_;
  std::string binding_;
  GssContext context_;
  GssName peer_;
  Stage stage_ = Stage::tokens;
  int steps_ = 0;
  std::int64_t ends_ = 0;  // of the ticket, UTC seconds; the clocks' tolerance included
};

Result<AcceptStep> challenge(std::string bytes) {
  AcceptStep step;
  step.challenge = std::move(bytes);
  return step;
}

Result<AcceptStep> TicketAcceptor::step(std::optional<std::string> response) {
  if (++steps_ > k_max_steps) return fail(Errc::bad_input, "sign-in with too many steps");
  const Stage stage = std::exchange(stage_, Stage::over);  // a failure ends the exchange
  switch (stage) {
    case Stage::tokens:
      stage_ = Stage::tokens;
      // RFC 4422, 5: a mechanism where the client starts is begun by an empty challenge.
      if (!response && steps_ == 1) return challenge({});
      if (!response || response->empty()) return fail(Errc::bad_input, "no token");
      return accept(*response);
    case Stage::last_token_sent:
      if (response && !response->empty()) return fail(Errc::bad_input, "a token after the last");
      return finish({});
    case Stage::layers_due:
      if (response && !response->empty()) return fail(Errc::bad_input, "a token after the last");
      return offer_layers();
    case Stage::layers_sent:
      return take_choice(response.value_or(std::string()));
    case Stage::over:
      break;
  }
  return fail(Errc::bad_input, "the exchange is over");
}

Result<AcceptStep> TicketAcceptor::accept(const std::string& token) {
  gss_channel_bindings_struct bindings{};
  bindings.initiator_addrtype = GSS_C_AF_UNSPEC;
  bindings.acceptor_addrtype = GSS_C_AF_UNSPEC;
  bindings.application_data = view_of(binding_);
  auto input = view_of(token);
  GssBuffer output;
  OM_uint32 minor = 0, lifetime = 0;
  const auto major =
      gss_accept_sec_context(&minor, context_.out(), credential_->get(), &input,
                             binding_.empty() ? GSS_C_NO_CHANNEL_BINDINGS : &bindings, peer_.out(),
                             nullptr, output.out(), nullptr, &lifetime, nullptr);
  if (major == GSS_S_CONTINUE_NEEDED) return challenge(output.text());
  if (GSS_ERROR(major)) {
    const bool malformed = GSS_ROUTINE_ERROR(major) == GSS_S_DEFECTIVE_TOKEN;
    std::string text = gss_text("ticket", major, minor);
    if (const auto advice = ticket_advice(minor); !advice.empty()) text.append(": ").append(advice);
    return fail(malformed ? Errc::bad_input : Errc::auth_failed, std::move(text));
  }
  ends_ = system_clock().now().time_since_epoch().count() + lifetime;
  return established(output.text());
}

Result<AcceptStep> TicketAcceptor::established(std::string token) {
  if (flavour_ == Flavour::spnego) {
    if (token.empty()) return finish({});
    stage_ = Stage::last_token_sent;
    return challenge(std::move(token));
  }
  // RFC 4752, 3.2: with a last token the client first answers it with an empty response.
  if (token.empty()) return offer_layers();
  stage_ = Stage::layers_due;
  return challenge(std::move(token));
}

Result<AcceptStep> TicketAcceptor::offer_layers() {
  const std::string offer{k_no_layer, 0, 0, 0};  // no layer is all there is, maximum size 0
  auto input = view_of(offer);
  GssBuffer output;
  OM_uint32 minor = 0;
  const auto major =
      gss_wrap(&minor, context_.get(), 0, GSS_C_QOP_DEFAULT, &input, nullptr, output.out());
  if (GSS_ERROR(major)) return fail(Errc::auth_failed, gss_text("wrapping", major, minor));
  stage_ = Stage::layers_sent;
  return challenge(output.text());
}

Result<AcceptStep> TicketAcceptor::take_choice(const std::string& token) {
  auto input = view_of(token);
  GssBuffer output;
  OM_uint32 minor = 0;
  const auto major = gss_unwrap(&minor, context_.get(), &input, output.out(), nullptr, nullptr);
  if (GSS_ERROR(major)) return fail(Errc::auth_failed, gss_text("unwrapping", major, minor));
  const std::string choice = output.text();
  // RFC 4752, 3.2: the layer has to be the one offered, and without one the size has to be 0.
  if (choice.size() < 4 || choice[0] != k_no_layer || choice.substr(1, 3) != std::string(3, '\0'))
    return fail(Errc::bad_input, "the client wants a security layer");
  const std::string authorization_id = choice.substr(4);
  if (!is_utf8(authorization_id) || authorization_id.find('\0') != std::string::npos)
    return fail(Errc::bad_input, "authorization identity is not UTF-8");
  return finish(authorization_id);
}

Result<void> TicketAcceptor::read_pac(Authenticated& who) const {
  auto attribute = view_of("urn:mspac:logon-info");
  GssBuffer value, display;
  int authenticated = 0, complete = 0, more = -1;
  OM_uint32 minor = 0;
  const auto major = gss_get_name_attribute(&minor, peer_.get(), &attribute, &authenticated,
                                            &complete, value.out(), display.out(), &more);
  // No PAC, or one whose server signature ([MS-PAC] 2.8.1) is not of the keytab's key: the library
  // checks that and says so. The name counts alone then, and the directory's groups.
  if (GSS_ERROR(major) || authenticated == 0) return {};
  KONTOR_TRY(auto info, parse_logon_info(value.text()));
  who.sid = std::move(info.user);
  who.group_sids = std::move(info.groups);
  return {};
}

Result<AcceptStep> TicketAcceptor::finish(std::string authorization_id) {
  AcceptStep step;
  step.done = true;
  step.authenticated.authorization_id = std::move(authorization_id);
  step.authenticated.ticket_ends = ends_;
  GssBuffer name;
  OM_uint32 minor = 0;
  const auto major = gss_display_name(&minor, peer_.get(), name.out(), nullptr);
  if (GSS_ERROR(major)) return fail(Errc::auth_failed, gss_text("client name", major, minor));
  for (const std::string text = name.text(); const char c : text)
    if (c != '\\') step.authenticated.name += c;  // alice\@suffix@REALM: RFC 1964, 2.1.1 quoting
  KONTOR_TRY(read_pac(step.authenticated));
  return step;
}

class TicketMechanism final : public Mechanism {
 public:
  TicketMechanism(Flavour flavour, std::string keytab_file)
      : flavour_(flavour), keytab_file_(std::move(keytab_file)) {}
  std::string name() const override {
    return flavour_ == Flavour::spnego ? "GSS-SPNEGO" : "GSSAPI";
  }
  bool needs_tls() const override { return flavour_ == Flavour::spnego; }
  Result<std::unique_ptr<Acceptor>> begin(const SignInContext& context) override {
    const auto now = std::chrono::steady_clock::now();
    const auto refused = last_refusal_.with([&](const Refusal& refusal) -> std::optional<Error> {
      if (refusal.service != context.service || now >= refusal.until) return std::nullopt;
      return refusal.error;
    });
    if (refused) return fail(*refused);
    auto credential = acquire(keytab_file_, context.service, flavour_);
    if (!credential) {
      last_refusal_.with([&](Refusal& refusal) {
        refusal = {context.service, credential.error(), now + k_remember_refusal};
      });
      return fail(std::move(credential).error());
    }
    return std::make_unique<TicketAcceptor>(flavour_, *std::move(credential), context);
  }

 private:
  // A keytab without the key is not read again for every attempt: the library loses a little memory
  // each time it refuses one (krb5 1.20, acquire_accept_cred).
  struct Refusal {
    std::string service;
    Error error{Errc::unavailable};
    SteadyTime until{};
  };
  Guarded<Refusal> last_refusal_;
  Flavour flavour_;
  std::string keytab_file_;
};

}  // namespace

std::vector<std::unique_ptr<Mechanism>> make_ticket_mechanisms(
    const config::ActiveDirectory& settings) {
  std::vector<std::unique_ptr<Mechanism>> mechanisms;
  for (const auto flavour : {Flavour::gssapi, Flavour::spnego})
    mechanisms.push_back(std::make_unique<TicketMechanism>(flavour, settings.keytab_file));
  return mechanisms;
}

}  // namespace kontor::directory
