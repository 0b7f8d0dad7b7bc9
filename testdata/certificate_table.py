# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Which certificates and CRLs there are, and what openssl must say of them."""

import dataclasses
import hashlib

VALID = ("20200101000000Z", "21200101000000Z")
EXPIRED = ("20100101000000Z", "20110101000000Z")
FUTURE = ("21100101000000Z", "21200101000000Z")

# Words of the key column, for `openssl genpkey`.
KEYS = {
    "rsa": ["RSA", "rsa_keygen_bits:2048"],
    "rsa1024": ["RSA", "rsa_keygen_bits:1024"],
    "rsa512": ["RSA", "rsa_keygen_bits:512"],
    "p256": ["EC", "ec_paramgen_curve:P-256"],
    "p384": ["EC", "ec_paramgen_curve:P-384"],
    "p521": ["EC", "ec_paramgen_curve:P-521"],
    "secp256k1": ["EC", "ec_paramgen_curve:secp256k1"],
    "ed25519": ["ED25519"],
    "ed448": ["ED448"],
}

# X509_V_ERR_*, as `openssl verify` prints them.
OK = 0
NO_ISSUER = 2
NO_CRL = 3
BAD_SIGNATURE = 7
BAD_CRL_SIGNATURE = 8
NOT_YET_VALID = 9
HAS_EXPIRED = 10
CRL_HAS_EXPIRED = 12
SELF_SIGNED_LEAF = 18
NO_LOCAL_ISSUER = 20
REVOKED = 23
PATH_LENGTH = 25
WRONG_PURPOSE = 26
UNKNOWN_CRITICAL = 34
NOT_PERMITTED = 47
HOST_MISMATCH = 62
IP_MISMATCH = 64
WEAK_KEY = 66
WEAK_DIGEST = 68
INVALID_CA = 79

# Extensions, in the syntax of OpenSSL's x509v3_config(5).
NAMES = "DNS:localhost,DNS:server.test,DNS:*.wild.test,IP:127.0.0.1,IP:::1"
IDS = {"subjectKeyIdentifier": "hash", "authorityKeyIdentifier": "keyid"}
ANY_KEY_ID = "DER:30068004DEADBEEF"  # of an issuer without one
RSA_USAGE = "critical,digitalSignature,keyEncipherment"


def changed(extensions, changes):
    """The extensions with changes applied; None removes one."""
    merged = {**extensions, **changes}
    return {k: v for k, v in merged.items() if v is not None}


def server(san=NAMES, **changes):
    return changed({
        "basicConstraints": "critical,CA:FALSE",
        "keyUsage": "critical,digitalSignature",
        "extendedKeyUsage": "serverAuth",
        **IDS,
        "subjectAltName": san,
    }, changes)


def client(**changes):
    return server(san=None, extendedKeyUsage="clientAuth", **changes)


def ca(**changes):
    return changed({
        "basicConstraints": "critical,CA:TRUE",
        "keyUsage": "critical,keyCertSign,cRLSign",
        **IDS,
    }, changes)


@dataclasses.dataclass
class Cert:
    """One certificate, certs/NAME.pem, and its key, certs/NAME.key.

    As it stands a good server leaf with a P-256 key, signed by root.
    """

    name: str
    note: str
    issuer: str = "root"  # its own name: self-signed
    key: str = "p256"  # a word of KEYS
    key_of: str = ""  # the NAME.key it uses, where another row's
    ext: dict = dataclasses.field(default_factory=server)  # empty: X.509 v1
    subject: str = ""  # openssl's -subj; by default /O=Airlock Test/CN=NAME
    dates: tuple = VALID
    md: str = "sha256"
    sigopt: tuple = ()
    serial: str = ""  # hex; by default made from the name
    patch: tuple = ()  # (old, new) bytes of one length, put in before signing
    # What `openssl verify` must say, and what it is asked.
    verdict: int = OK
    trust: str = "ca"
    purpose: str = "sslserver"  # or "" not to ask
    host: str = "localhost"  # or an IP address, or "" not to ask

    def __post_init__(self):
        self.key_of = self.key_of or self.name
        self.subject = self.subject or f"/O=Airlock Test/CN={self.name}"
        digest = hashlib.sha256(self.name.encode()).hexdigest()[:14]
        self.serial = self.serial or "70" + digest.upper()

    @property
    def self_signed(self):
        return self.issuer == self.name

    @property
    def is_leaf(self):
        return bool(self.purpose)


def sub_ca(name, note, issuer="root", **row):
    return Cert(name, note, issuer,
                **{"ext": ca(), "purpose": "", "host": "", **row})


def root(name, common_name, note, **row):
    return sub_ca(name, note, issuer=name,
                  subject=f"/O=Airlock Test/CN={common_name}",
                  **{"key": "rsa", **row})


def client_leaf(name, note, issuer="root", **row):
    return Cert(name, note, issuer,
                subject=f"/O=Airlock Test/OU={name}/CN=Airlock Test Client",
                **{"ext": client(), "purpose": "sslclient", "host": "", **row})


# An issuer stands above what it signs.
TABLE = [
    # Roots and intermediates.
    root("root", "Airlock Test Root", "the root that tests trust"),
    root("root_p256", "Airlock Test Root P256", "a second trusted root",
         key="p256"),
    root("other_root", "Airlock Test Other Root", "trusted by nobody",
         verdict=SELF_SIGNED_LEAF),
    root("root_same_name", "Airlock Test Root",
         "root's subject, another key", verdict=SELF_SIGNED_LEAF),
    root("expired_root", "Airlock Test Expired Root", "expired",
         dates=EXPIRED, trust="expired_root", verdict=HAS_EXPIRED),
    sub_ca("intermediate", "signs most server leaves"),
    sub_ca("intermediate2", "below intermediate", "intermediate"),

    # Good servers.
    Cert("server_rsa", "good server", "intermediate", "rsa",
         ext=server(keyUsage=RSA_USAGE)),
    Cert("server_p256", "good server", "intermediate", "p256"),
    Cert("server_p384", "good server", "intermediate", "p384"),
    Cert("server_p521", "good server", "intermediate", "p521"),
    Cert("server_ed25519", "good server", "intermediate", "ed25519"),
    Cert("server_rsa_direct", "good server, no intermediate", "root", "rsa",
         ext=server(keyUsage=RSA_USAGE)),
    Cert("server_deep", "good server, two intermediates", "intermediate2"),
    Cert("server_under_root_p256", "good server, second root", "root_p256"),
    Cert("server_other", "good but for its root", "other_root",
         verdict=NO_LOCAL_ISSUER),

    # Good clients.
    client_leaf("client_rsa", "good client", key="rsa",
                ext=client(keyUsage=RSA_USAGE)),
    client_leaf("client_p256", "good client"),
    client_leaf("client_ed25519", "good client", key="ed25519"),
    client_leaf("client_deep", "good client, two intermediates",
                "intermediate2"),
    client_leaf("client_expired", "expired client", dates=EXPIRED,
                verdict=HAS_EXPIRED),
    client_leaf("client_other", "good but for its root", "other_root",
                verdict=NO_LOCAL_ISSUER),

    # Dates.
    Cert("expired", "expired", dates=EXPIRED, verdict=HAS_EXPIRED),
    Cert("not_yet_valid", "not yet valid", dates=FUTURE,
         verdict=NOT_YET_VALID),
    sub_ca("expired_intermediate", "expired", dates=EXPIRED,
           verdict=HAS_EXPIRED),
    Cert("leaf_of_expired_intermediate", "good but for its issuer",
         "expired_intermediate", verdict=HAS_EXPIRED),
    Cert("leaf_of_expired_root", "good but for its root", "expired_root",
         trust="expired_root", verdict=HAS_EXPIRED),

    # Purposes.
    Cert("eku_client_only", "a server for clientAuth only",
         ext=server(extendedKeyUsage="clientAuth"), verdict=WRONG_PURPOSE),
    Cert("eku_code_signing", "a server for codeSigning only",
         ext=server(extendedKeyUsage="codeSigning"), verdict=WRONG_PURPOSE),
    Cert("eku_any", "anyExtendedKeyUsage only; OpenSSL ignores it",
         ext=server(extendedKeyUsage="anyExtendedKeyUsage"),
         verdict=WRONG_PURPOSE),
    Cert("no_eku", "no extended key usage: fine",
         ext=server(extendedKeyUsage=None)),
    Cert("key_usage_no_sign", "RSA, keyUsage is keyEncipherment only: no "
         "good for (EC)DHE or TLS 1.3, which the chain alone does not show",
         key="rsa", ext=server(keyUsage="critical,keyEncipherment")),
    Cert("must_staple", "TLS feature: status_request",
         ext=server(tlsfeature="status_request")),

    # Weak.
    Cert("weak_rsa1024", "RSA 1024; openssl refuses it at -auth_level 2",
         key="rsa1024", ext=server(keyUsage=RSA_USAGE)),
    Cert("weak_rsa512", "RSA 512; openssl refuses it at -auth_level 1",
         key="rsa512", ext=server(keyUsage=RSA_USAGE)),
    Cert("sha1_signed", "SHA-1 signature; openssl refuses it at -auth_level 1",
         md="sha1"),
    Cert("md5_signed", "MD5 signature; openssl refuses it at -auth_level 1",
         md="md5"),
    Cert("pss_signed", "RSA-PSS signature: fine",
         sigopt=("rsa_padding_mode:pss", "rsa_pss_saltlen:digest")),
    Cert("server_secp256k1", "a curve that TLS 1.3 and BoringSSL lack",
         key="secp256k1"),
    Cert("server_ed448", "a key type that BoringSSL lacks", key="ed448"),

    # Names.
    Cert("wrong_host", "for elsewhere.test", ext=server("DNS:elsewhere.test"),
         verdict=HOST_MISMATCH),
    Cert("wildcard", "*.example.test", ext=server("DNS:*.example.test"),
         host="www.example.test"),
    Cert("wildcard_tld", "*.com, *.test and *: match nothing",
         ext=server("DNS:*.com,DNS:*.test,DNS:*"),
         host="server.test", verdict=HOST_MISMATCH),
    Cert("wildcard_partial", "w*, *w, a*c and xn--b* under example.test; "
         "OpenSSL accepts w*, RFC 9525 none of them",
         ext=server("DNS:w*.example.test,DNS:*w.example.test,"
                    "DNS:a*c.example.test,DNS:xn--b*.example.test"),
         host="www.example.test"),
    Cert("wildcard_inner", "www.*.test: matches nothing",
         ext=server("DNS:www.*.test"), host="www.server.test",
         verdict=HOST_MISMATCH),
    Cert("ip_only", "IP 127.0.0.1, ::1, 192.0.2.7; no DNS name",
         ext=server("IP:127.0.0.1,IP:::1,IP:192.0.2.7"), host="192.0.2.7"),
    Cert("ip_as_dns", "127.0.0.1 as a DNS name: is not an IP address",
         ext=server("DNS:127.0.0.1"), host="127.0.0.1", verdict=IP_MISMATCH),
    Cert("bad_ip_san", "IP address of five bytes",
         ext=server("DER:300787057F00000100"), host="127.0.0.1",
         verdict=IP_MISMATCH),
    Cert("idn", "A-labels: xn--bcher-kva.test, and * below it",
         subject="/O=Airlock Test/CN=bücher.test",
         ext=server("DNS:xn--bcher-kva.test,DNS:*.xn--bcher-kva.test"),
         host="xn--bcher-kva.test"),
    Cert("odd_names", "server.test. (final dot), UPPER.Test, under_score.test",
         ext=server("DNS:server.test.,DNS:UPPER.Test,DNS:under_score.test"),
         host="upper.test"),
    Cert("cn_only", "CN=localhost, no SAN; OpenSSL accepts it, RFC 9525 "
         "does not", subject="/O=Airlock Test/CN=localhost",
         ext=server(san=None)),
    Cert("cn_and_other_san", "CN=localhost, but SAN other.test",
         subject="/O=Airlock Test/CN=localhost",
         ext=server("DNS:other.test"), verdict=HOST_MISMATCH),
    Cert("many_sans", "every kind of SAN",
         ext=server("DNS:one.test,DNS:two.test,IP:192.0.2.7,IP:2001:db8::7,"
                    "email:user@airlock.test,URI:https://airlock.test/a?b=c,"
                    "dirName:directory_name,RID:1.2.3.4.5,"
                    "otherName:1.2.3.4.5.7;UTF8:no name that anyone knows"),
         host="two.test"),
    Cert("null_in_san", "DNS good.test\\0.evil.test",
         ext=server("DNS:good.test_.evil.test"),
         patch=(b"good.test_.evil", b"good.test\0.evil"),
         host="good.test", verdict=HOST_MISMATCH),
    Cert("null_in_cn", "CN good.test\\0.evil.test, no SAN",
         subject="/O=Airlock Test/CN=good.test_.evil.test",
         ext=server(san=None), patch=(b"good.test_.evil", b"good.test\0.evil"),
         host="good.test", verdict=HOST_MISMATCH),
    Cert("multi_rdn", "OU and UID in one RDN, UTF-8, characters that ask for "
         "escapes", subject=r'/C=DE/O=Müller \/ Söhne, "Test" \+ <x>;#\= \\ '
         r'/OU=one+UID=two/CN=#日本語 '),
    Cert("teletex", "a T61String in the subject, with Latin-1",
         subject="/O=Airlock Test/CN=M_ller",
         patch=(b"\x0c\x06M_ller", b"\x14\x06M\xfcller")),
    Cert("empty_subject", "no subject; SAN critical", subject="/",
         ext=server("critical," + NAMES)),

    # Shape.
    Cert("v1_cert", "X.509 version 1, no extensions, CN=localhost",
         subject="/O=Airlock Test/CN=localhost", ext={}),
    Cert("aia", "OCSP, caIssuers and CRL addresses", ext=server(
        authorityInfoAccess="OCSP;URI:http://ocsp.airlock.test/,"
        "caIssuers;URI:http://www.airlock.test/root.crt",
        crlDistributionPoints="URI:http://crl.airlock.test/root.crl,"
        "URI:http://crl2.airlock.test/root.crl")),
    Cert("unknown_critical", "unknown critical extension 1.2.3.4.5.6",
         ext={**server(), "1.2.3.4.5.6": "critical,DER:0500"},
         verdict=UNKNOWN_CRITICAL),
    Cert("big_serial", "serial number of 20 bytes", serial="7F" + "FE" * 19),
    Cert("zero_serial", "serial number 0", serial="00"),
    Cert("negative_serial", "serial number below 0", serial="70" + "00" * 7,
         patch=(b"\x02\x08\x70" + bytes(7), b"\x02\x08\xf0" + bytes(7))),
    Cert("self_signed", "self-signed", "self_signed",
         verdict=SELF_SIGNED_LEAF),

    # Wrong where only -x509_strict looks; verdicts.txt has its answer.
    Cert("strict_pathlen", "a leaf that is a CA, path length without "
         "keyCertSign", ext=server(
             basicConstraints="critical,CA:TRUE,pathlen:0")),
    Cert("strict_cert_sign", "keyCertSign, and no CA",
         ext=server(keyUsage="critical,digitalSignature,keyCertSign")),
    Cert("strict_no_subject", "neither subject nor SAN", subject="/",
         ext=server(san=None), host=""),
    Cert("strict_san_not_critical", "no subject, SAN not critical",
         subject="/"),
    Cert("strict_no_akid", "no authorityKeyIdentifier",
         ext=server(authorityKeyIdentifier="none")),
    Cert("strict_akid_without_keyid", "an authorityKeyIdentifier with issuer "
         "and serial number only",
         ext=server(authorityKeyIdentifier="issuer:always")),
    sub_ca("strict_ca_not_critical", "basicConstraints is not critical",
           ext=ca(basicConstraints="CA:TRUE")),
    Cert("strict_leaf_ca_not_critical", "good but for its issuer",
         "strict_ca_not_critical"),
    sub_ca("strict_ca_no_key_usage", "no keyUsage", ext=ca(keyUsage=None)),
    Cert("strict_leaf_ca_no_key_usage", "good but for its issuer",
         "strict_ca_no_key_usage"),
    sub_ca("strict_ca_no_skid", "no subjectKeyIdentifier",
           ext=ca(subjectKeyIdentifier="none")),
    Cert("strict_leaf_ca_no_skid", "good but for its issuer",
         "strict_ca_no_skid", ext=server(authorityKeyIdentifier=ANY_KEY_ID)),
    root("strict_root_bare", "Airlock Test Bare Root", "basicConstraints only",
         key="p256", trust="strict_root_bare",
         ext={"basicConstraints": "critical,CA:TRUE",
              "subjectKeyIdentifier": "none",
              "authorityKeyIdentifier": "none"}),
    Cert("strict_leaf_root_bare", "good but for its root", "strict_root_bare",
         trust="strict_root_bare",
         ext=server(authorityKeyIdentifier=ANY_KEY_ID)),
    root("strict_root_v1", "Airlock Test V1 Root", "X.509 version 1",
         key="p256", trust="strict_root_v1", ext={}),
    Cert("strict_leaf_root_v1", "good but for its root", "strict_root_v1",
         trust="strict_root_v1",
         ext=server(authorityKeyIdentifier=ANY_KEY_ID)),
    root("strict_root_critical", "Airlock Test Critical Root",
         "subjectKeyIdentifier is critical", key="p256",
         trust="strict_root_critical", verdict=UNKNOWN_CRITICAL,
         ext=ca(subjectKeyIdentifier="critical,hash")),
    Cert("strict_leaf_root_critical", "good but for its root",
         "strict_root_critical", trust="strict_root_critical",
         verdict=UNKNOWN_CRITICAL),
    root("strict_root_key_usage", "Airlock Test Key Usage Root",
         "keyUsage, no basicConstraints", key="p256",
         trust="strict_root_key_usage",
         ext=ca(basicConstraints=None)),
    Cert("strict_leaf_root_key_usage", "good but for its root",
         "strict_root_key_usage", trust="strict_root_key_usage"),
    Cert("strict_self_signed", "self-signed, trusted, not a CA",
         "strict_self_signed", trust="strict_self_signed"),

    # One name, several keys or dates: the right one has to be found.
    root("twin_root_old", "Airlock Test Twin Root", "expired", key="p256",
         key_of="twin_root", dates=EXPIRED, trust="twin_root_old",
         verdict=HAS_EXPIRED),
    root("twin_root", "Airlock Test Twin Root", "the same key, valid",
         key="p256", trust="twin_root"),
    root("twin_root_other_key", "Airlock Test Twin Root", "another key",
         key="p256", trust="twin_root_other_key"),
    Cert("twin_leaf", "no authorityKeyIdentifier tells which twin",
         "twin_root", trust="twin_root",
         ext=server(authorityKeyIdentifier="none")),

    # Chains.
    Cert("not_ca", "a good server leaf, which signs not_ca_issuer"),
    Cert("not_ca_issuer", "signed by a leaf", "not_ca", verdict=INVALID_CA),
    sub_ca("ca_without_basic_constraints", "a CA without basicConstraints",
           ext=IDS),
    Cert("leaf_of_ca_without_basic_constraints", "good but for its issuer",
         "ca_without_basic_constraints", verdict=INVALID_CA),
    sub_ca("ca_key_usage_only", "a CA by keyUsage, without basicConstraints",
           ext=ca(basicConstraints=None)),
    Cert("leaf_of_ca_key_usage_only",
         "good but for its issuer", "ca_key_usage_only", verdict=INVALID_CA),
    sub_ca("pathlen_intermediate", "pathlen:0",
           ext=ca(basicConstraints="critical,CA:TRUE,pathlen:0")),
    sub_ca("pathlen_sub", "a CA that its issuer must not have",
           "pathlen_intermediate"),
    Cert("pathlen_violated", "good but for pathlen above", "pathlen_sub",
         verdict=PATH_LENGTH),
    sub_ca("nc_intermediate", "name constraints: permitted DNS nc.test",
           ext=ca(nameConstraints="critical,permitted;DNS:nc.test")),
    Cert("name_constraints_ok", "host.nc.test", "nc_intermediate",
         ext=server("DNS:host.nc.test"), host="host.nc.test"),
    Cert("name_constraints_bad", "host.evil.test", "nc_intermediate",
         ext=server("DNS:host.evil.test"), host="host.evil.test",
         verdict=NOT_PERMITTED),
    *(sub_ca(f"long_{n}", f"number {n} of a long chain",
             f"long_{n - 1}" if n > 1 else "root") for n in range(1, 9)),
    Cert("long", "eight intermediates; its chain is long_chain.pem", "long_8"),

    # Cross-signed: one key and subject, two issuers.
    sub_ca("cross_by_root", "cross-signed, this one by root",
           key_of="cross_intermediate",
           subject="/O=Airlock Test/CN=cross_intermediate"),
    sub_ca("cross_by_other", "cross-signed, this one by other_root",
           "other_root", key_of="cross_intermediate",
           subject="/O=Airlock Test/CN=cross_intermediate",
           verdict=NO_LOCAL_ISSUER),
    Cert("cross_leaf", "below the cross-signed CA", "cross_by_root"),
    sub_ca("root_by_other_expired", "root's key and subject, signed by "
           "other_root, expired (a root's old cross-signature)", "other_root",
           key="rsa", key_of="root", dates=EXPIRED,
           subject="/O=Airlock Test/CN=Airlock Test Root",
           trust="other_root", verdict=HAS_EXPIRED),

    # Revoked, once a CRL is looked at.
    Cert("revoked", "in crl_intermediate", "intermediate"),
    Cert("revoked_direct", "in crl_root"),
    client_leaf("revoked_client", "in crl_root"),
    sub_ca("revoked_intermediate", "in crl_root"),
    Cert("leaf_of_revoked_intermediate", "good but for its issuer",
         "revoked_intermediate"),
]

BY_NAME = {row.name: row for row in TABLE}


def above(row):
    """Names of the intermediates above a row, without the root."""
    names = []
    while not row.self_signed:
        row = BY_NAME[row.issuer]
        if not row.self_signed:
            names.append(row.name)
    return names


# What peers send: file -> names of certificates, leaf first.
CHAINS = {f"{row.name}_chain.pem": [row.name, *above(row)]
          for row in TABLE if row.is_leaf and above(row)}
CHAINS.update({
    "cross_leaf_chain.pem": ["cross_leaf", "cross_by_root", "cross_by_other"],
    "cross_leaf_chain_other_first.pem":
        ["cross_leaf", "cross_by_other", "cross_by_root"],
    "cross_leaf_chain_by_root.pem": ["cross_leaf", "cross_by_root"],
    "cross_leaf_chain_by_other.pem": ["cross_leaf", "cross_by_other"],
    "server_rsa_chain_expired_cross.pem":
        ["server_rsa", "intermediate", "root_by_other_expired"],
    "server_deep_chain_shuffled.pem":
        ["server_deep", "intermediate", "intermediate2"],
    "server_deep_chain_gap.pem": ["server_deep", "intermediate"],
    "server_rsa_chain_with_root.pem": ["server_rsa", "intermediate", "root"],
    # Bundles of CA certificates; README.md describes them.
    "ca.pem": ["root", "root_p256"],
    "ca_all.pem": ["root", "root_p256", "other_root"],
    "ca_duplicate.pem": ["root", "root"],
    "ca_same_name.pem": ["root_same_name", "root"],
    "ca_twin_old_first.pem": ["twin_root_old", "twin_root"],
    "ca_twin_old_last.pem": ["twin_root", "twin_root_old"],
    "ca_twin_other_first.pem": ["twin_root_other_key", "twin_root"],
    "ca_twin_other_last.pem": ["twin_root", "twin_root_other_key"],
})


@dataclasses.dataclass
class Crl:
    """One list, certs/NAME.pem."""

    name: str
    note: str
    issuer: str
    revoked: tuple = ()
    dates: tuple = VALID
    ext: dict = dataclasses.field(
        default_factory=lambda: {"authorityKeyIdentifier": "keyid"})


CRLS = [
    Crl("crl_root", "good", "root",
        ("revoked_direct", "revoked_client", "revoked_intermediate")),
    Crl("crl_root_empty", "good, revokes nothing", "root"),
    Crl("crl_intermediate", "good", "intermediate", ("revoked",)),
    Crl("crl_revoked_intermediate", "good, revokes nothing",
        "revoked_intermediate"),
    Crl("crl_expired", "expired", "root", ("revoked_direct",), EXPIRED),
    Crl("crl_wrong_issuer", "by a root that signed none of these",
        "other_root", ("revoked_direct", "revoked")),
    Crl("crl_bad_signature", "root's name, the key of root_same_name",
        "root_same_name", ("revoked_direct",), ext={}),
]

# (leaf, chain file or "", trusted file, further options, verdict)
CHECKS = [
    ("cross_leaf", "cross_leaf_chain", "root", "", OK),
    ("cross_leaf", "cross_leaf_chain", "other_root", "", NO_LOCAL_ISSUER),
    ("cross_leaf", "cross_leaf_chain_other_first", "root", "",
     NO_LOCAL_ISSUER),
    ("cross_leaf", "cross_leaf_chain_other_first", "other_root", "", OK),
    ("cross_leaf", "cross_leaf_chain_by_root", "root", "", OK),
    ("cross_leaf", "cross_leaf_chain_by_other", "root", "", NO_LOCAL_ISSUER),
    ("cross_leaf", "cross_leaf_chain_by_other", "other_root", "", OK),
    ("server_rsa", "server_rsa_chain_expired_cross", "root", "", OK),
    ("server_rsa", "server_rsa_chain_expired_cross", "other_root", "",
     HAS_EXPIRED),
    ("server_rsa", "", "ca", "", NO_LOCAL_ISSUER),
    ("server_rsa", "", "intermediate", "-partial_chain", OK),
    ("server_rsa", "", "intermediate", "", NO_ISSUER),
    ("server_rsa", "server_rsa_chain", "ca_same_name", "", OK),
    ("twin_leaf", "", "ca_twin_old_first", "", OK),
    ("twin_leaf", "", "ca_twin_old_last", "", OK),
    ("twin_leaf", "", "ca_twin_other_first", "", BAD_SIGNATURE),
    ("twin_leaf", "", "ca_twin_other_last", "", OK),
    ("server_deep", "server_deep_chain_shuffled", "ca", "", OK),
    ("server_deep", "server_deep_chain_gap", "ca", "", NO_LOCAL_ISSUER),
    ("weak_rsa1024", "", "ca", "-auth_level 2", WEAK_KEY),
    ("weak_rsa512", "", "ca", "-auth_level 1", WEAK_KEY),
    ("sha1_signed", "", "ca", "-auth_level 1", WEAK_DIGEST),
    ("md5_signed", "", "ca", "-auth_level 1", WEAK_DIGEST),
    ("revoked_direct", "", "ca", "-crl_check -CRLfile crl_root", REVOKED),
    ("revoked_direct", "", "ca", "-crl_check -CRLfile crl_root_empty", OK),
    ("revoked_direct", "", "ca", "-crl_check -CRLfile crl_expired",
     CRL_HAS_EXPIRED),
    ("revoked_direct", "", "ca", "-crl_check -CRLfile crl_wrong_issuer",
     NO_CRL),
    ("revoked_direct", "", "ca", "-crl_check -CRLfile crl_bad_signature",
     BAD_CRL_SIGNATURE),
    ("server_rsa_direct", "", "ca", "-crl_check -CRLfile crl_root", OK),
    ("server_rsa_direct", "", "ca", "-crl_check", NO_CRL),
    ("revoked", "revoked_chain", "ca", "-crl_check -CRLfile crl_intermediate",
     REVOKED),
    ("revoked", "revoked_chain", "ca", "-crl_check -CRLfile crl_root", NO_CRL),
    ("server_rsa", "server_rsa_chain", "ca",
     "-crl_check_all -CRLfile crl_intermediate -CRLfile crl_root", OK),
    ("server_rsa", "server_rsa_chain", "ca",
     "-crl_check_all -CRLfile crl_intermediate", NO_CRL),
    ("leaf_of_revoked_intermediate", "leaf_of_revoked_intermediate_chain",
     "ca", "-crl_check -CRLfile crl_revoked_intermediate", OK),
    ("leaf_of_revoked_intermediate", "leaf_of_revoked_intermediate_chain",
     "ca", "-crl_check_all -CRLfile crl_revoked_intermediate "
     "-CRLfile crl_root", REVOKED),
]

# Certificates whose decoding by CPython is kept in getpeercert.json.
DECODED = """
root intermediate server_rsa server_p256 server_ed25519 client_rsa expired
not_yet_valid wildcard ip_only bad_ip_san idn cn_only many_sans null_in_san
null_in_cn multi_rdn teletex empty_subject v1_cert aia big_serial zero_serial
negative_serial self_signed
""".split()
