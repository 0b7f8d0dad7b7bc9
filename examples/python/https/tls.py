# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""The TLS contexts of all these programs: TLS 1.2 and later, verified."""
import ssl

import sources

# No program waits longer for its peer, in seconds.
HANDSHAKE = 10
TIMEOUT = 30


class ClientContext(ssl.SSLContext):
    """Takes a connection that is cut off for an error, not for its end."""

    def wrap_socket(self, *args, **options):
        options['suppress_ragged_eofs'] = False
        tls = super(ClientContext, self).wrap_socket(*args, **options)
        if not hasattr(ssl, 'TLSVersion') and tls.cipher():
            refuse_wide_names(tls.getpeercert())
        return tls


def client_context(ca=None, cert=None, key=None, kind=ClientContext):
    """Verifies the server's name and its chain, by `ca` or the platform's."""
    context = kind(getattr(ssl, 'PROTOCOL_TLS_CLIENT', ssl.PROTOCOL_SSLv23))
    context.verify_mode = ssl.CERT_REQUIRED  # Python 2.7 has other defaults.
    context.check_hostname = True
    context.options &= ~getattr(ssl, 'OP_IGNORE_UNEXPECTED_EOF', 0x80)
    if not ca:
        context.load_default_certs()
    return _finish(context, ca, cert, key)


def server_context(cert, key=None, client_ca=None):
    """With client_ca, a client must have a certificate of that CA."""
    context = ssl.SSLContext(getattr(ssl, 'PROTOCOL_TLS_SERVER',
                                     ssl.PROTOCOL_SSLv23))
    if client_ca:
        context.verify_mode = ssl.CERT_REQUIRED
    context.set_alpn_protocols(['http/1.1'])
    # Also known as sni_callback, from Python 3.7 on.
    context.set_servername_callback(
        lambda connection, name, _: setattr(connection, 'sni', name))
    return _finish(context, client_ca, cert, key)


def _finish(context, ca, cert, key):
    if hasattr(ssl, 'TLSVersion'):
        context.minimum_version = ssl.TLSVersion.TLSv1_2
    else:  # Python 2.7 and 3.6.
        context.options |= ssl.OP_NO_SSLv3 | ssl.OP_NO_COMPRESSION
        context.options |= ssl.OP_NO_TLSv1 | ssl.OP_NO_TLSv1_1
    sources.load(context, ca, cert, key)
    return context


def refuse_wide_names(cert):
    """Python 2.7 and 3.6 themselves let `*` match localhost, `*.com` a.com."""
    names = [name for kind, name in cert.get('subjectAltName', ())]
    names += [part[0][1] for part in cert['subject']]
    for name in names:
        if '*' in name and (not name.startswith('*.') or name.count('.') < 2):
            raise ssl.CertificateError('%r is too wide a name' % name)
