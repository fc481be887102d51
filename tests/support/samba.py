# SPDX-License-Identifier: GPL-3.0-or-later
"""A real Samba Active Directory domain on loopback, started by the tests (root, no systemd).

The domain is provisioned once into build/cache and kept as a packed tree; a test unpacks it and has a
fresh domain in about two seconds. Controller, server and clients live in a private mount and network
namespace (enter_namespace), so names, ports and addresses belong to the test alone.

As a program:  samba.py up FOLDER [--fill N]   start a domain, print what is needed to use it
               samba.py run FOLDER COMMAND...  run a command inside its namespace
               samba.py down FOLDER            stop it
"""
import argparse
import contextlib
import ctypes
import fcntl
import hashlib
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import samba_people as people  # noqa: E402

SOURCE = pathlib.Path(__file__).resolve().parents[2]
CACHE = pathlib.Path(os.environ.get("KONTOR_CACHE", SOURCE / "build" / "cache"))
DC_ADDRESS = "127.0.99.1"
DC_HOST = "dc1." + people.DOMAIN
MAIL_HOST = "mail." + people.DOMAIN
ADMIN_PASSWORD = "Passw0rd!1"
LOCKOUT_THRESHOLD = 5
SERVICES = ("imap", "smtp", "pop", "sieve", "HTTP", "ldap")
PYTHON = "/usr/bin/python3"

_libc = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNS, CLONE_NEWNET = 0x00020000, 0x40000000
MS_BIND, MS_PRIVATE_REC = 4096, (1 << 18) | 16384
MNT_DETACH = 2
PR_SET_PDEATHSIG = 1
_entered = set()  # processes that are, with their children, in a namespace of their own
_names_of_domain = set()  # files below /etc that are mounted from a domain's folder

SMB_CONF = """[global]
  realm = {realm}
  workgroup = {netbios}
  netbios name = DC1
  server role = active directory domain controller
  interfaces = {address}/8
  bind interfaces only = yes
  private dir = {folder}/private
  state directory = {folder}/state
  cache directory = {folder}/cache
  lock directory = {folder}/lock
  binddns dir = {folder}/bind-dns
  pid directory = {folder}/run
  ncalrpc dir = {folder}/run/ncalrpc
  ntp signd socket directory = {folder}/run/ntp_signd
  log file = {folder}/log/log.%m
  disable netbios = yes
  dns forwarder = 0.0.0.0
  tls keyfile = {folder}/tls/key.pem
  tls certfile = {folder}/tls/cert.pem
  tls cafile = {folder}/tls/ca.pem
  server services = rpc, ldap, cldap, kdc, drepl, winbindd, kcc, dns, s3fs
{extra}
[sysvol]
  path = {folder}/state/sysvol
  read only = no
[netlogon]
  path = {folder}/state/sysvol/{domain}/scripts
  read only = no
"""

KRB5_CONF = """[libdefaults]
  default_realm = {realm}
  dns_lookup_realm = false
  dns_lookup_kdc = false
  dns_canonicalize_hostname = false
  rdns = false
  udp_preference_limit = 1
[realms]
  {realm} = {{
    kdc = {address}
    kpasswd_server = {address}
  }}
[domain_realm]
  .{domain} = {realm}
  {domain} = {realm}
"""


def _check(result, what):
    if result != 0:
        raise OSError(ctypes.get_errno(), "%s: %s" % (what, os.strerror(ctypes.get_errno())))


def _mount(source, target, kind, flags):
    _check(_libc.mount(os.fsencode(str(source)), os.fsencode(str(target)), kind, flags, None), "mount %s" % target)


def enter_namespace(network=True):
    """This process and its future children get their own mounts and loopback. Call before any thread starts."""
    _check(_libc.unshare(CLONE_NEWNS | (CLONE_NEWNET if network else 0)), "unshare")
    _mount("none", "/", None, MS_PRIVATE_REC)
    _entered.add(os.getpid())
    os.makedirs("/run/samba", exist_ok=True)
    _mount("none", "/run/samba", b"tmpfs", 0)
    os.mkdir("/run/samba/winbindd")
    if network:  # bring the new loopback up: SIOCGIFFLAGS, SIOCSIFFLAGS
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
            flags = struct.unpack("16sh", fcntl.ioctl(control, 0x8913, struct.pack("16sh", b"lo", 0)))[1]
            fcntl.ioctl(control, 0x8914, struct.pack("16sh", b"lo", flags | 1))


def _die_with_parent():
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def wait_until(condition, seconds, what):
    """Returns condition()'s first true value; AssertionError naming `what` after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError("not within %s s: %s" % (seconds, what))
        time.sleep(0.02)


def run(*command, **options):
    """Runs a command and returns its standard output; the error carries all it said."""
    result = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            text=True, stdin=subprocess.DEVNULL if "input" not in options else None, **options)
    if result.returncode != 0:
        raise AssertionError("%s: exit %d\n%s" % (" ".join(map(str, command)), result.returncode, result.stdout))
    return result.stdout


def is_synchronized(address):
    """Does the controller there answer LDAP, and is it ready to serve?"""
    import ldap
    connection = ldap.initialize("ldap://" + address)
    connection.set_option(ldap.OPT_NETWORK_TIMEOUT, 1)
    connection.set_option(ldap.OPT_TIMEOUT, 2)
    try:
        return connection.search_s("", ldap.SCOPE_BASE, attrlist=["isSynchronized"])[0][1]["isSynchronized"] == [b"TRUE"]
    except ldap.LDAPError:
        return False
    finally:
        connection.unbind_s()


class Domain:
    """One running (or stopped) domain in `folder`. Made by Domain.start()."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.process = None
        self.pid = None

    # --- building and starting -----------------------------------------------------------------
    @classmethod
    def start(cls, folder, fill=0, smb_options="", keep=False):
        """Unpacks the template (with `fill` further people) into `folder` and starts it; the caller is in its own
        namespace. `keep`: it outlives this process."""
        domain = cls(folder)
        template = template_file(fill)
        domain.folder.mkdir(parents=True, exist_ok=True)
        run("tar", "--xattrs", "--xattrs-include=*", "-C", domain.folder, "-I", "zstd -d", "-xf", template)
        domain._configure(smb_options)
        domain.enter()
        domain.up(keep)
        return domain

    def _configure(self, extra=""):
        names = dict(folder=self.folder, realm=people.REALM, netbios=people.NETBIOS, domain=people.DOMAIN,
                     address=DC_ADDRESS, extra=extra)
        for part in ("etc", "run", "log", "lock", "cache", "tls"):
            (self.folder / part).mkdir(exist_ok=True)
        (self.folder / "etc/smb.conf").write_text(SMB_CONF.format(**names))
        (self.folder / "etc/krb5.conf").write_text(KRB5_CONF.format(**names))
        (self.folder / "etc/hosts").write_text(
            "127.0.0.1 localhost %s mail\n%s %s dc1\n" % (MAIL_HOST, DC_ADDRESS, DC_HOST))
        (self.folder / "etc/resolv.conf").write_text(
            "nameserver %s\nsearch %s\noptions timeout:1 attempts:1\n" % (DC_ADDRESS, people.DOMAIN))

    def enter(self):
        """Names and Kerberos of this domain hold in this process's namespace and environment from now on."""
        if not _entered:
            raise AssertionError("enter_namespace() first: the names of a test are not the machine's")
        for name in ("hosts", "resolv.conf"):
            if name in _names_of_domain:  # of the domain before this one, whose files may be gone
                _check(_libc.umount2(os.fsencode("/etc/" + name), MNT_DETACH), "umount /etc/" + name)
            _mount(self.folder / "etc" / name, "/etc/" + name, None, MS_BIND)
            _names_of_domain.add(name)
        os.environ.update(self.environment())

    def environment(self):
        return {"KRB5_CONFIG": str(self.folder / "etc/krb5.conf"), "LDAPTLS_CACERT": str(self.ca_file),
                "KRB5CCNAME": "FILE:%s/ccache" % self.folder}

    @property
    def ca_file(self):
        return self.folder / "tls/ca.pem"

    @property
    def keytab(self):
        """AES keys of the machine account MAIL: host, imap, smtp, pop, sieve, HTTP and ldap of mail.ad.example.test."""
        return self.folder / "kontor.keytab"

    def up(self, keep=False):
        """Starts the controller and waits until LDAP and Kerberos answer."""
        with open(self.folder / "log/samba.out", "ab") as log:
            self.process = subprocess.Popen(
                ["samba", "-i", "-M", "single", "-s", str(self.folder / "etc/smb.conf")], stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True, preexec_fn=None if keep else _die_with_parent)
        self.pid = self.process.pid
        (self.folder / "run/root.pid").write_text(str(self.pid))
        wait_until(self.answers, 120, "the controller answers LDAP")
        wait_until(lambda: self._port_open(88), 120, "the controller answers Kerberos")

    def _port_open(self, port):
        with contextlib.suppress(OSError), socket.create_connection((DC_ADDRESS, port), 1):
            return True
        return False

    def answers(self):
        if self.process is not None and self.process.poll() is not None:
            raise AssertionError("samba ended: " + (self.folder / "log/samba.out").read_text(errors="replace")[-2000:])
        return self._port_open(389) and is_synchronized(DC_ADDRESS)

    # --- faults ----------------------------------------------------------------------------------
    def down(self):
        """Ends the controller in order; its tree may be packed or started again with up()."""
        self._end(signal.SIGTERM)

    def kill(self):
        """The machine loses power: nothing listens any more."""
        self._end(signal.SIGKILL)

    def hang(self):
        """The controller stops answering while its kernel still accepts connections."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self):
        os.kill(self.pid, signal.SIGCONT)

    def _end(self, number):
        if self.pid is None:
            return
        for process in [self.pid] + _session_members(self.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, number)
                os.kill(process, signal.SIGCONT)
        if self.process is not None:
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        wait_until(lambda: not _session_members(self.pid) or self._kill_rest(), 120, "the controller ends")
        self.pid = self.process = None

    def _kill_rest(self):
        for process in _session_members(self.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        return False

    # --- use ---------------------------------------------------------------------------------------
    def kinit(self, name, password=people.PASSWORD, cache=None):
        """A ticket for `name` in a cache file of its own; returns the environment that uses it."""
        cache = "FILE:%s" % (cache or self.folder / ("ccache-" + name))
        env = os.environ | self.environment() | {"KRB5CCNAME": cache}
        run("kinit", "%s@%s" % (name, people.REALM), input=password + "\n", env=env)
        return env

    def admin(self):
        """python-ldap connection of the administrator, inside StartTLS."""
        import ldap
        connection = ldap.initialize("ldap://" + DC_HOST)
        connection.set_option(ldap.OPT_X_TLS_CACERTFILE, str(self.ca_file))
        connection.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
        connection.set_option(ldap.OPT_NETWORK_TIMEOUT, 5)
        connection.set_option(ldap.OPT_TIMEOUT, 30)
        connection.set_option(ldap.OPT_REFERRALS, 0)
        connection.start_tls_s()
        connection.simple_bind_s("administrator@" + people.DOMAIN, ADMIN_PASSWORD)
        return connection

    def add_user(self, connection, name, display=None, password=people.PASSWORD, **attributes):
        """Creates an enabled person with the mail address NAME@corp.example.test; returns the DN."""
        dn = "CN=%s,%s" % (name, people.PEOPLE_OU)
        entry = people.user(name, people.PEOPLE_OU, display or name, name, "New",
                            dict({"mail": "%s@%s" % (name, people.MAIL)}, **attributes), password)
        entry.pop("dn")
        connection.add_s(dn, [(key, _values(value)) for key, value in entry.items() if value != ""])
        return dn

    def write_password_file(self, path):
        """The password of the ordinary account svc-kontor in a 0600 file, for a bind inside StartTLS."""
        path = pathlib.Path(path)
        path.touch(mode=0o600)
        path.write_text(people.PASSWORD + "\n")
        return path


def _values(value):
    return [part if isinstance(part, bytes) else str(part).encode() for part in
            (value if isinstance(value, list) else [value])]


def _session_members(session):
    """Processes of a session that still run, its leader left out."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit() and int(entry) != session:
            with contextlib.suppress(OSError, ValueError, IndexError):
                fields = pathlib.Path("/proc", entry, "stat").read_text().rsplit(")", 1)[1].split()
                if int(fields[3]) == session and fields[0] != "Z":
                    found.append(int(entry))
    return found


# --- templates -----------------------------------------------------------------------------------
def _digest():
    text = b"".join(pathlib.Path(file).read_bytes() for file in (__file__, people.__file__))
    version = subprocess.run(["samba", "--version"], stdout=subprocess.PIPE).stdout
    return hashlib.sha256(text + version).hexdigest()[:12]


def template_file(fill=0):
    """The packed domain, made when it is missing (about 40 s; 2,000 people more: about a minute)."""
    CACHE.mkdir(parents=True, exist_ok=True)
    target = CACHE / ("samba-%s-%d.tar.zst" % (_digest(), fill))
    if target.exists():
        return target
    with open(CACHE / "samba.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.exists():
            base = template_file_locked()
            if fill:
                _in_child(lambda: _make_filled(base, fill, target))
    return target


def template_file_locked():
    base = CACHE / ("samba-%s-0.tar.zst" % _digest())
    if not base.exists():
        for old in CACHE.glob("samba-*.tar.zst"):
            if _digest() not in old.name:
                old.unlink()
        _in_child(lambda: _make_base(base))
    return base


def _in_child(work):
    """Runs `work` in a process of its own, since it enters another namespace."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work()
            code = 0
        except BaseException as error:  # the child must never return into the caller's tests
            traceback.print_exception(error)
        os._exit(code)
    if os.waitpid(pid, 0)[1] != 0:
        raise AssertionError("the domain template could not be made")


def _pack(folder, target):
    part = target.with_suffix(".part")
    run("tar", "--xattrs", "--xattrs-include=*", "-C", folder, "-I", "zstd -3", "-cf", part, ".")
    part.rename(target)


def _make_base(target):
    with tempfile.TemporaryDirectory(prefix="samba-", dir=CACHE) as name:
        domain = Domain(name)
        enter_namespace()
        (domain.folder / "empty.conf").touch()
        run("samba-tool", "domain", "provision", "-s", domain.folder / "empty.conf", "--realm=" + people.REALM,
            "--domain=" + people.NETBIOS, "--server-role=dc", "--dns-backend=SAMBA_INTERNAL", "--use-rfc2307",
            "--adminpass=" + ADMIN_PASSWORD, "--targetdir=" + name, "--host-name=dc1", "--host-ip=" + DC_ADDRESS,
            "--option=interfaces=%s/8" % DC_ADDRESS, "--option=bind interfaces only=yes")
        domain._configure()
        _make_certificates(domain.folder / "tls")
        config = domain.folder / "etc/smb.conf"
        run("samba_spnupdate", "-s", config)
        run("samba-tool", "domain", "passwordsettings", "set", "-s", config, "-H", domain.folder / "private/sam.ldb",
            "--account-lockout-threshold=%d" % LOCKOUT_THRESHOLD, "--max-pwd-age=0", "--min-pwd-age=0")
        run(PYTHON, "-B", people.__file__, "base", name)
        domain.enter()
        try:
            domain.up()
            env = domain.kinit("administrator", ADMIN_PASSWORD, domain.folder / "ccache")
            run("adcli", "join", people.DOMAIN, "--domain-controller=" + DC_HOST, "--login-ccache",
                "--host-fqdn=" + MAIL_HOST, "--computer-name=MAIL", "--host-keytab=%s" % domain.keytab,
                "--service-name=host", *["--service-name=" + service for service in SERVICES], env=env)
        finally:
            domain.down()
        (domain.folder / "ccache").unlink()
        shutil.rmtree(domain.folder / "log")
        _pack(domain.folder, target)


def _make_filled(base, count, target):
    with tempfile.TemporaryDirectory(prefix="samba-", dir=CACHE) as name:
        folder = pathlib.Path(name)
        run("tar", "--xattrs", "--xattrs-include=*", "-C", folder, "-I", "zstd -d", "-xf", base)
        Domain(folder)._configure()
        run(PYTHON, "-B", people.__file__, "fill", name, count)
        _pack(folder, target)


def _make_certificates(folder):
    """An own authority and certificates of the controller (cert.pem) and of the mail server (mail.pem)."""
    folder.mkdir(exist_ok=True)
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3650"]
    run("openssl", "req", "-x509", *curve, "-subj", "/CN=Kontor test authority", "-keyout", folder / "ca.key",
        "-out", folder / "ca.pem", "-addext", "basicConstraints=critical,CA:TRUE",
        "-addext", "keyUsage=critical,keyCertSign,cRLSign")
    for stem, key, names in (("cert", "key", "DNS:%s,DNS:%s,IP:%s" % (DC_HOST, people.DOMAIN, DC_ADDRESS)),
                             ("mail", "mail.key", "DNS:%s,DNS:localhost,IP:127.0.0.1" % MAIL_HOST)):
        (folder / "ext").write_text("subjectAltName=%s\nbasicConstraints=CA:FALSE\n" % names)
        run("openssl", "req", "-new", *curve[:-2], "-subj", "/CN=" + names.split(",")[0][4:],
            "-keyout", folder / ("key.pem" if stem == "cert" else "mail.key"), "-out", folder / "request")
        run("openssl", "x509", "-req", "-in", folder / "request", "-CA", folder / "ca.pem", "-CAkey", folder / "ca.key",
            "-days", "3650", "-extfile", folder / "ext", "-out", folder / (stem + ".pem"))
    (folder / "key.pem").chmod(0o600)  # Samba refuses a key that others may read


# --- command line ----------------------------------------------------------------------------------
def _up(folder, fill):
    folder = pathlib.Path(folder).resolve()
    enter_namespace()
    domain = Domain.start(folder, fill, keep=True)
    print("domain %s, controller %s, process %d" % (people.DOMAIN, DC_HOST, domain.pid))
    for key, value in domain.environment().items():
        print("export %s=%s" % (key, value))
    print("people: %s; password %s" % (", ".join(people.SIGNS_IN), people.PASSWORD))
    print("keytab: %s" % domain.keytab)
    print("use it: %s run %s COMMAND" % (__file__, folder))


def _run(folder, command):
    domain = Domain(pathlib.Path(folder).resolve())
    pid = (domain.folder / "run/root.pid").read_text()
    os.environ.update(domain.environment())
    os.execvp("nsenter", ["nsenter", "-t", pid, "-m", "-n", "--wd=" + os.getcwd(), *command])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    actions = parser.add_subparsers(dest="action", required=True)
    for name in ("up", "run", "down"):
        actions.add_parser(name).add_argument("folder")
    actions.choices["up"].add_argument("--fill", type=int, default=0)
    actions.choices["run"].add_argument("command", nargs=argparse.REMAINDER)
    arguments = parser.parse_args()
    if arguments.action == "up":
        _up(arguments.folder, arguments.fill)
    elif arguments.action == "run":
        _run(arguments.folder, arguments.command)
    else:
        domain = Domain(pathlib.Path(arguments.folder).resolve())
        domain.pid = int((domain.folder / "run/root.pid").read_text())
        domain.down()


if __name__ == "__main__":
    main()
