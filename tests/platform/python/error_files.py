# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Scenarios of errors_test.py: files, and choices of a context."""
import os
import resource
import shutil
import ssl
import tempfile

from error_peers import *  # pylint: disable=wildcard-import


# Files.

def with_link(call):
    """What `call` gives for a symbolic link that leads to itself."""
    folder = tempfile.mkdtemp(dir=os.environ.get('TEST_TMPDIR'))
    link = os.path.join(folder, 'link')
    try:
        os.symlink('link', link)
        return call(link)
    finally:
        shutil.rmtree(folder)


def without_descriptors(call):
    """What `call` gives where no file can be opened."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    try:
        return call()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def load_chain(*names, **kwargs):
    context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
    return caught(lambda: context.load_cert_chain(
        *[cert(name) for name in names], **kwargs))


@scenario
def chain_missing():
    return load_chain('missing.pem')


@scenario
def key_missing():
    return load_chain('server_rsa.pem', 'missing.key')


@scenario
def chain_without_key():
    return load_chain('server_rsa.pem')


@scenario
def key_as_chain():
    return load_chain('server_rsa.key')


@scenario
def key_of_another():
    return load_chain('server_rsa.pem', 'client_rsa.key')


@scenario
def key_of_another_type():
    return load_chain('server_rsa.pem', 'server_p256.key')


@scenario
def key_s_wrong_password():
    return load_chain('server_rsa.pem', 'server_rsa_encrypted.key',
                      password='wrong')


@scenario
def chain_is_a_folder():
    return load_chain('')


@scenario
def chain_below_a_file():
    return load_chain(os.path.join('server_rsa.pem', 'x'))


@scenario
def chain_name_too_long():
    return load_chain('a.' * 200)


@scenario
def chain_link_to_itself():
    return with_link(lambda link: load_chain(link))


@scenario
def chain_without_descriptors():
    return without_descriptors(lambda: load_chain('server_rsa.pem'))


@scenario
def chain_is_no_pem():
    return load_chain('verdicts.txt')


def trust(**kwargs):
    context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
    return caught(lambda: context.load_verify_locations(**kwargs))


@scenario
def cafile_missing():
    return trust(cafile=cert('missing.pem'))


@scenario
def cafile_below_a_file():
    return trust(cafile=os.path.join(cert('server_rsa.pem'), 'x'))


@scenario
def cafile_name_too_long():
    return trust(cafile=cert('a.' * 200))


@scenario
def cafile_link_to_itself():
    return with_link(lambda link: trust(cafile=link))


@scenario
def cafile_without_descriptors():
    # Airlock needs none for a bundle that the process has read before.
    return without_descriptors(lambda: trust(cafile=cert('twin_root.pem')))


@scenario
def dh_params_below_a_file():
    context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
    return caught(lambda: context.load_dh_params(
        os.path.join(cert('server_rsa.pem'), 'x')))


@scenario
def cafile_empty_name():
    return trust(cafile='')


@scenario
def cafile_is_a_folder():
    return trust(cafile=FOLDER)


@scenario
def cafile_empty():
    return trust(cafile=os.devnull)


@scenario
def cafile_is_no_pem():
    return trust(cafile=cert('verdicts.txt'))


@scenario
def cafile_damaged():
    return trust(cafile=cert('ca_truncated.pem'))


@scenario
def cafile_of_keys():
    return trust(cafile=cert('server_rsa.key'))


@scenario
def capath_missing():
    return trust(capath=cert('missing'))


@scenario
def capath_empty_name():
    return trust(capath='')


@scenario
def cadata_empty_text():
    return trust(cadata=u'')


@scenario
def cadata_empty_bytes():
    return trust(cadata=b'' if str is not bytes else bytearray())


@scenario
def cadata_text():
    return trust(cadata=u'broken')


@scenario
def cadata_bytes():
    return trust(cadata=bytearray(b'broken'))


@scenario
def dh_params_missing():
    context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
    return caught(lambda: context.load_dh_params(cert('missing.pem')))


@scenario
def dh_params_of_a_certificate():
    context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
    return caught(lambda: context.load_dh_params(cert('server_rsa.pem')))


# Choices.

def choose(method, *args):
    context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
    return caught(lambda: getattr(context, method)(*args))


@scenario
def ciphers_unknown():
    return choose('set_ciphers', 'NO-SUCH-CIPHER')


@scenario
def ciphers_empty():
    return choose('set_ciphers', '')


@scenario
def ciphers_all_taken_away():
    return choose('set_ciphers', 'ALL:!ALL')


@scenario
def ciphers_blank():
    return choose('set_ciphers', ' ')


@scenario
def curve_unknown():
    return choose('set_ecdh_curve', 'no-such-curve')
