# SPDX-License-Identifier: GPL-3.0-or-later
# kontor_fuzz(NAME folder...): tests/fuzz/NAME_fuzz.cpp linked with the libraries of these folders.
kontor_fuzz(smtp_command server/smtp/wire)
kontor_fuzz(smtp_data server/smtp/wire)
kontor_fuzz(directory_copy directory/model)
kontor_fuzz(ldif directory/local)
kontor_fuzz(imap_command server/imap/wire)
kontor_fuzz(log_frame store/log)
kontor_fuzz(mime base/mime)
kontor_fuzz(header base/mime)
kontor_fuzz(agent_message directory/cache)
kontor_fuzz(pac directory/krb)
kontor_fuzz(srv_answer directory/krb)
kontor_fuzz(ad_entry directory/ldap)
