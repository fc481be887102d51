// SPDX-License-Identifier: GPL-3.0-or-later
#include "directory/krb/context.hpp"

#include "base/core/text.hpp"

namespace kontor::directory {

Kerberos::Kerberos(const KdcTransport& transport, std::string realm)
    : transport_(&transport), realm_(std::move(realm)) {}

Kerberos::~Kerberos() {
  if (context_ != nullptr) krb5_free_context(context_);
}

Result<std::unique_ptr<Kerberos>> Kerberos::open(const KdcTransport& transport, std::string realm) {
  auto kerberos = std::make_unique<Kerberos>(transport, std::move(realm));
  if (const auto code = krb5_init_context(&kerberos->context_); code != 0)
    return fail(Errc::unavailable, "Kerberos cannot start: code " + std::to_string(code));
  if (const auto code = krb5_set_default_realm(kerberos->context_, kerberos->realm_.c_str());
      code != 0)
    return fail(kerberos->error("default realm", code));
  krb5_set_kdc_send_hook(kerberos->context_, &Kerberos::send_hook, kerberos.get());
  return kerberos;
}

krb5_error_code Kerberos::send_hook(krb5_context context,
                                    void* data,
                                    const krb5_data* realm,
                                    const krb5_data* message,
                                    krb5_data** /*new_message*/,
                                    krb5_data** new_reply) {
  auto* self = static_cast<Kerberos*>(data);
  const std::string_view wanted(realm->data, realm->length);
  auto reply = self->transport_->exchange(wanted, std::string_view(message->data, message->length));
  if (!reply) {
    self->transport_detail_ = reply.error().detail();
    return KRB5_KDC_UNREACH;
  }
  // The library frees the answer: both parts have to come from its allocator.
  krb5_data out{};
  out.magic = KV5M_DATA;
  out.data = reply->data();
  out.length = static_cast<unsigned>(reply->size());
  return krb5_copy_data(context, &out, new_reply);
}

std::string Kerberos::explain(const char* what, krb5_error_code code) const {
  const char* text = krb5_get_error_message(context_, code);
  std::string line = std::string(what) + ": " + text;
  krb5_free_error_message(context_, text);
  if (code == KRB5_KDC_UNREACH && !transport_detail_.empty())
    line += " (" + transport_detail_ + ")";
  return line;
}

Error Kerberos::error(const char* what, krb5_error_code code) const {
  return Error(Errc::unavailable, explain(what, code));
}

}  // namespace kontor::directory
