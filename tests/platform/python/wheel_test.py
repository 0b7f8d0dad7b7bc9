# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""The wheel of this Python, with pip and with `site`.

usage: PYTHON wheel_test.py WHEELS HEADER

WHEELS: the folder that Bazel made. HEADER: airlock.h.
"""
import base64
import email
import glob
import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import unittest
import zipfile

WHEELS = os.path.abspath(sys.argv.pop(1))
HEADER = os.path.abspath(sys.argv.pop(1))


def run(*arguments):
    """(exit status, output with errors) of this Python, without Airlock."""
    environment = dict(os.environ, PIP_CONFIG_FILE=os.devnull,
                       PIP_DISABLE_PIP_VERSION_CHECK='1')
    environment.pop('PYTHONPATH', None)
    process = subprocess.Popen(
        [sys.executable] + list(arguments), env=environment,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    out, _ = process.communicate()
    return process.returncode, out.decode('utf-8', 'replace')


def our_wheel():
    python = 'cp%d%d' % sys.version_info[:2]
    if sys.version_info[0] == 3:
        # A free-threaded build has the same version, but another ABI.
        python += '-cp' + sysconfig.get_config_var('SOABI').split('-')[1]
    wheels = glob.glob(os.path.join(WHEELS, 'airlock-*-%s-*.whl' % python))
    assert len(wheels) == 1, os.listdir(WHEELS)
    return wheels[0]


class WheelTest(unittest.TestCase):

    def setUp(self):
        self.folder = tempfile.mkdtemp(dir=os.environ.get('TEST_TMPDIR'))
        self.addCleanup(shutil.rmtree, self.folder)

    def test_version_is_the_library_s(self):
        with open(HEADER) as header:
            version = re.findall(r'#define AIRLOCK_VERSION_\w+ (\d+)',
                                 header.read())
        self.assertEqual(os.path.basename(our_wheel()).split('-')[1],
                         '.'.join(version))

    def test_record(self):
        with zipfile.ZipFile(our_wheel()) as wheel:
            names = wheel.namelist()
            record = [n for n in names if n.endswith('.dist-info/RECORD')][0]
            rows = [line.rsplit(',', 2) for line in
                    wheel.read(record).decode().splitlines()]
            self.assertEqual(sorted(row[0] for row in rows), sorted(names))
            for name, digest, size in rows:
                if name == record:
                    continue
                data = wheel.read(name)
                expected = base64.urlsafe_b64encode(
                    hashlib.sha256(data).digest()).decode().rstrip('=')
                self.assertEqual((digest, size),
                                 ('sha256=' + expected, str(len(data))))

    def test_metadata(self):
        wheel = zipfile.ZipFile(our_wheel())
        self.addCleanup(wheel.close)
        info = os.path.commonprefix([n for n in wheel.namelist()
                                     if '.dist-info/' in n])
        said = email.message_from_string(
            wheel.read(info + 'METADATA').decode())
        self.assertEqual(said['Name'], 'airlock')
        self.assertEqual(info, 'airlock-%s.dist-info/' % said['Version'])
        self.assertEqual(said['Requires-Python'],
                         '==%d.%d.*' % sys.version_info[:2])
        tags = email.message_from_string(wheel.read(info + 'WHEEL').decode())
        self.assertEqual('airlock-%s-%s.whl' % (said['Version'], tags['Tag']),
                         os.path.basename(our_wheel()))
        # The notices of all components. Later versions of BoringSSL are under
        # the Apache License.
        boringssl = wheel.read(info + 'LICENSE.boringssl').decode()
        openssl = 'OpenSSL License' in boringssl
        self.assertEqual(said['License'],
                         'Apache-2.0%s AND MIT AND Zlib' % (
                             ' AND OpenSSL AND ISC' if openssl else ''))
        for name, words in (('LICENSE', 'Apache License'),
                            ('LICENSE.abseil', 'Apache License'),
                            ('LICENSE.boringssl', 'OpenSSL License' if openssl
                             else 'Apache License'),
                            ('LICENSE.nlohmann_json', 'Niels Lohmann'),
                            ('LICENSE.yaml-cpp', 'Jesse Beder'),
                            ('LICENSE.zlib', 'Mark Adler')):
            self.assertIn(name, said.get_all('License-File'))
            self.assertIn(words, wheel.read(info + name).decode())

    def test_entries_have_a_fixed_time(self):
        with zipfile.ZipFile(our_wheel()) as wheel:
            self.assertEqual({entry.date_time for entry in wheel.infolist()},
                             {(1980, 1, 1, 0, 0, 0)})

    def check_installed(self):
        """In self.folder, as site-packages: any program has Airlock's ssl."""
        code = ('import site, sys; site.addsitedir(sys.argv[1]); '
                'print("_ssl" in sys.modules); '
                'import ssl; print(ssl.OPENSSL_VERSION); '
                'import airlock; print(airlock.__file__)')
        if sys.version_info >= (3, 8):
            code += '; import airlock.m2crypto.SSL'
        isolated = '-I' if sys.version_info[0] >= 3 else '-E'
        for options in ((), (isolated,)):
            status, out = run(*(options + ('-c', code, self.folder)))
            self.assertEqual(status, 0, out)
            loaded, version, package = out.splitlines()
            # A program without ssl has no extra cost.
            self.assertEqual(loaded, 'False')
            self.assertIn('Airlock', version)
            self.assertTrue(package.startswith(self.folder), package)

    def check_start(self):
        """What `airlock.pth` costs a process that does not use ssl."""
        # Late releases of site decode each .pth with utf_8_sig.
        code = ('import encodings.utf_8_sig, site, sys; '
                'before = set(sys.modules); '
                'site.addsitedir(sys.argv[1]); '
                'print(" ".join(set(sys.modules) - before))')
        status, out = run('-c', code, self.folder)
        self.assertEqual(status, 0, out)
        self.assertEqual(out.split(), ['_airlock_finder'])

    def test_start(self):
        with zipfile.ZipFile(our_wheel()) as wheel:
            wheel.extractall(self.folder)
        self.check_start()

    def test_changed_path(self):
        """A program that has changed sys.path by then still gets Airlock."""
        with zipfile.ZipFile(our_wheel()) as wheel:
            wheel.extractall(self.folder)
        code = ('import site, sys; before = list(sys.path); '
                'site.addsitedir(sys.argv[1]); sys.path[:] = before; '
                'import ssl; print(ssl.OPENSSL_VERSION)')
        status, out = run('-c', code, self.folder)
        self.assertEqual(status, 0, out)
        self.assertIn('Airlock', out)

    def test_damaged(self):
        """Without its files, ssl cannot be imported: never the stock one."""
        with zipfile.ZipFile(our_wheel()) as wheel:
            wheel.extractall(self.folder)
        code = ('import site, sys; site.addsitedir(sys.argv[1]); '
                'import ssl; print(ssl.OPENSSL_VERSION)')
        for name in ('native', '_finder.py'):
            path = os.path.join(self.folder, 'airlock', name)
            os.rename(path, path + '.away')
            status, out = run('-c', code, self.folder)
            os.rename(path + '.away', path)
            self.assertEqual(status, 1, out)
            self.assertIn('ImportError', out)

    def test_installed(self):
        """airlock.installed() knows the finder of airlock.pth."""
        with zipfile.ZipFile(our_wheel()) as wheel:
            wheel.extractall(self.folder)
        code = ('import site, sys; site.addsitedir(sys.argv[1]); '
                'import airlock; print(airlock.installed()); '
                'airlock.install(); print(len([f for f in sys.meta_path '
                'if getattr(f, "airlock", False)]))')
        status, out = run('-c', code, self.folder)
        self.assertEqual((status, out.split()), (0, ['True', '1']))

    def test_unpacked(self):
        with zipfile.ZipFile(our_wheel()) as wheel:
            wheel.extractall(self.folder)
        self.check_installed()

    @unittest.skipIf(run('-m', 'pip', '--version')[0], 'no pip here')
    def test_pip(self):
        status, out = run('-m', 'pip', 'install', '--no-index', '--target',
                          self.folder, '--find-links', WHEELS, 'airlock')
        self.assertEqual(status, 0, out)
        self.check_installed()


if __name__ == '__main__':
    unittest.main()
