# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is in the test domain: written straight into the database of a stopped domain controller.

Run as a program by samba.py: `samba_people.py base|fill FOLDER [COUNT]`. It needs Samba's own Python
modules (/usr/bin/python3). One transaction adds everything: adding one by one over LDAP costs minutes.
"""
import sys

REALM = "AD.EXAMPLE.TEST"
DOMAIN = "ad.example.test"
NETBIOS = "ADTEST"
BASE = "DC=ad,DC=example,DC=test"
MAIL = "corp.example.test"
PASSWORD = "Passw0rd!user"  # of everyone who signs in
PEOPLE_OU = "OU=People," + BASE
GROUPS_OU = "OU=Groups," + BASE
ROOMS_OU = "OU=Rooms," + BASE
CROWD_OU = "OU=Crowd," + BASE

ENABLED, DISABLED = 512, 514
NO_EXPIRY = 66048  # 512 + DONT_EXPIRE_PASSWORD
SECURITY_GLOBAL, SECURITY_UNIVERSAL, DISTRIBUTION_UNIVERSAL = -2147483646, -2147483640, 8
LONG_AGO = "132223104000000000"  # 1 January 2020 as FILETIME

# name: (displayName, givenName, sn, attributes)
SIGNS_IN = {
    "alice": ("Алиса Петрова", "Алиса", "Петрова", {
        "mail": "alice@" + MAIL, "title": "Инженер", "department": "Разработка", "company": "Пример",
        "telephoneNumber": "+7 495 000-00-01", "physicalDeliveryOfficeName": "Москва, 4.12",
        "proxyAddresses": ["SMTP:alice@" + MAIL, "smtp:a.petrova@" + MAIL, "smtp:Alice.Petrova@sales." + MAIL,
                           "x400:c=RU;a= ;p=Test;o=Exchange;s=Petrova", "sip:alice@" + MAIL]}),
    "bob": ("Bob Miller", "Bob", "Miller", {"mail": "bob@" + MAIL, "title": "Manager", "department": "Sales"}),
    "carol": ("Carol Ёлкина", "Carol", "Ёлкина", {"proxyAddresses": ["smtp:c@" + MAIL, "SMTP:Carol@" + MAIL]}),
    "ivan": ("Иван Иванов", "Иван", "Иванов", {
        "mail": "ivan@" + MAIL, "userPrincipalName": "ivan.ivanov@" + MAIL}),  # another UPN suffix than the domain's
    "dave": ("Dave Disabled", "Dave", "Disabled", {"mail": "dave@" + MAIL, "userAccountControl": DISABLED}),
    "eve": ("Eve Expired", "Eve", "Expired", {"mail": "eve@" + MAIL, "accountExpires": LONG_AGO}),
    "frank": ("Frank Mustchange", "Frank", "Mustchange", {"mail": "frank@" + MAIL, "userAccountControl": ENABLED}),
    "grace": ("Grace Locked", "Grace", "Locked", {"mail": "grace@" + MAIL}),
    "heidi": ("Heidi Nomail", "Heidi", "Nomail", {}),
    "svc-kontor": ("Kontor service", "Kontor", "Service", {}),
}
# name: (displayName, type, mail or None, member names)
GROUPS = {
    "staff": ("Все сотрудники", DISTRIBUTION_UNIVERSAL, "staff@" + MAIL, ["alice", "bob", "dev"]),
    "dev": ("Разработка", SECURITY_GLOBAL, "dev@" + MAIL, ["alice", "carol", "loop-a"]),
    "loop-a": ("Loop A", DISTRIBUTION_UNIVERSAL, "loop-a@" + MAIL, ["ivan", "loop-b"]),
    "loop-b": ("Loop B", DISTRIBUTION_UNIVERSAL, "loop-b@" + MAIL, ["loop-a", "dave", "alice"]),
    "outside": ("Outside", DISTRIBUTION_UNIVERSAL, "outside@" + MAIL, ["bob", "partner"]),
    "Kontor Admins": ("Kontor Admins", SECURITY_UNIVERSAL, None, ["inner-admins"]),
    "inner-admins": ("Inner admins", SECURITY_GLOBAL, None, ["alice"]),
}


def password_value(password):
    return ('"%s"' % password).encode("utf-16-le")


def open_database(folder):
    sys.path.pop(0)  # this folder, whose samba.py hides Samba's own package
    from samba.auth import system_session
    from samba.param import LoadParm
    from samba.samdb import SamDB
    lp = LoadParm()
    lp.load(folder + "/etc/smb.conf")
    return SamDB(url=folder + "/private/sam.ldb", session_info=system_session(), lp=lp)


def user(name, parent, display, given, surname, extra, password=None):
    entry = {"dn": "CN=%s,%s" % (name, parent), "objectClass": "user", "sAMAccountName": name, "displayName": display,
             "givenName": given, "sn": surname, "userPrincipalName": name + "@" + DOMAIN, "userAccountControl": 544}
    if password:
        entry.update(userAccountControl=NO_EXPIRY, unicodePwd=password_value(password))
    entry.update(extra)
    return {key: value if isinstance(value, (bytes, list)) or key == "dn" else str(value)
            for key, value in entry.items()}


def add_base(db):
    for ou in (PEOPLE_OU, GROUPS_OU, ROOMS_OU, CROWD_OU):
        db.add({"dn": ou, "objectClass": "organizationalUnit"})
    where = {}
    for name, (display, given, surname, extra) in SIGNS_IN.items():
        db.add(user(name, PEOPLE_OU, display, given, surname, extra, PASSWORD))
        where[name] = "CN=%s,%s" % (name, PEOPLE_OU)
    db.modify_ldif("dn: %s\nchangetype: modify\nreplace: pwdLastSet\npwdLastSet: 0\n" % where["frank"])
    db.add({"dn": "CN=partner," + PEOPLE_OU, "objectClass": "contact", "displayName": "Partner Firm",
            "mail": "partner@elsewhere.example", "proxyAddresses": ["SMTP:partner@elsewhere.example"]})
    where["partner"] = "CN=partner," + PEOPLE_OU
    db.add(user("room-blue", ROOMS_OU, "Синяя переговорная", "Room", "Blue", {"mail": "room-blue@" + MAIL}))
    for name, (display, kind, mail, _) in GROUPS.items():
        entry = {"dn": "CN=%s,%s" % (name, GROUPS_OU), "objectClass": "group", "sAMAccountName": name,
                 "displayName": display, "groupType": str(kind)}
        if mail:
            entry["mail"] = mail
        db.add(entry)
        where[name] = entry["dn"]
    for name, (_, _, _, members) in GROUPS.items():
        lines = "".join("member: %s\n" % where[member] for member in members)
        db.modify_ldif("dn: %s\nchangetype: modify\nadd: member\n%s" % (where[name], lines))


def add_crowd(db, count):
    """`count` people crowd0001... and the group crowd (mail crowd@) with the first 2,000 of them."""
    names = ["crowd%05d" % number for number in range(1, count + 1)]
    for number, name in enumerate(names):
        russian = number % 2
        db.add(user(name, CROWD_OU, ("Сотрудник %d" if russian else "Employee %d") % number,
                    "Сотрудник" if russian else "Employee", str(number), {"mail": "%s@%s" % (name, MAIL)}))
    lines = "".join("member: CN=%s,%s\n" % (name, CROWD_OU) for name in names[:2000])
    db.add({"dn": "CN=crowd," + GROUPS_OU, "objectClass": "group", "sAMAccountName": "crowd", "mail": "crowd@" + MAIL,
            "groupType": str(DISTRIBUTION_UNIVERSAL), "displayName": "Толпа"})
    db.modify_ldif("dn: CN=crowd,%s\nchangetype: modify\nadd: member\n%s" % (GROUPS_OU, lines))


def main():
    what, folder = sys.argv[1:3]
    db = open_database(folder)
    db.transaction_start()
    if what == "base":
        add_base(db)
    else:
        add_crowd(db, int(sys.argv[3]))
    db.transaction_commit()


if __name__ == "__main__":
    main()
