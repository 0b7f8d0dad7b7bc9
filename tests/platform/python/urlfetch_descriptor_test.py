# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""The descriptors of airlock.urlfetch.

usage: PYTHON urlfetch_descriptor_test.py CERTS
"""
import gc
import os
import resource
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from urlfetch_server import (FetchTest, Server, raw, redirect, respond,
                             urlfetch)


class DescriptorTest(FetchTest):

    def test_none_stays_open(self):
        gc.disable()  # It must not depend on the collector.
        self.addCleanup(gc.enable)
        before = None
        chain = {'certificate': 'server_p256_chain'}
        for answer, options in (
                (respond(b'words'), {}), (respond(b'words'), chain),
                (respond(), {'certificate': 'server_other'}),
                (respond(), {'certificate': 'wrong_host'}),
                (raw(b'nonsense\r\n\r\n'), {}), (raw(b''), chain),
                (raw(b'nonsense'), dict(chain, shake=False)),
                (redirect('/'), chain), (redirect('ftp://x.test/'), {})) * 2:
            server = Server(answer, **options)
            for call in (lambda: urlfetch.fetch(server.url()),
                         lambda: urlfetch.make_fetch_call(
                             urlfetch.create_rpc(), server.url()).get_result()):
                try:
                    call()
                except urlfetch.Error:
                    pass
            server.close()
            # The first opens what stays, such as the audit.
            now = len(os.listdir('/proc/self/fd'))
            before = before or now
            self.assertEqual(now, before, options)

    def test_no_more(self):
        server = self.serve(respond(b'words'))
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE,
                        (soft, hard))
        used = os.open(os.devnull, os.O_RDONLY)
        os.close(used)
        resource.setrlimit(resource.RLIMIT_NOFILE, (used, hard))
        self.assert_fails(urlfetch.InternalTransientError,
                          server.url(host='127.0.0.1'))
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        # Not the same server, whose accept() may have failed, too.
        server = self.serve(respond(b'words'))
        self.assertEqual(urlfetch.fetch(server.url()).content, b'words')


if __name__ == '__main__':
    unittest.main()
