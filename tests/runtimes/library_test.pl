# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0

# What examples/client.pl can do when another program loads it.
#   usage: perl library_test.pl CLIENT PORT SILENT_PORT CA CERT KEY

use v5.36;
use IO::Socket::INET;
use IO::Socket::SSL;    # Perl's own TLS, by OpenSSL.
use Test::More;

my ($client, $port, $silent, @files) = @ARGV;
require "./$client";
my %tls = (server_hostname => 'localhost');
@tls{qw(cadata certfile keyfile)} =
  map { open my $f, '<', $_ or die; local $/; <$f> } @files;
my $url = "https://127.0.0.1:$port";
my $body = join('', map { chr } 0 .. 255) x 4096;

sub openssl_works {
  my $socket = IO::Socket::SSL->new(
    PeerAddr => '127.0.0.1', PeerPort => $port, SSL_verifycn_name => 'localhost',
    SSL_ca_file => $files[0], SSL_cert_file => $files[1],
    SSL_key_file => $files[2]) or die $SSL_ERROR;
  print {$socket} "GET /last HTTP/1.0\r\n\r\n";
  my ($status) = <$socket>;
  like($status, qr/ 200 /, 'OpenSSL in the same process');
}

openssl_works();
my $agent = LWP::UserAgent->new(ssl_opts => \%tls, keep_alive => 1);
ok($agent->get("$url/sized")->content eq $body, 'a large answer');
ok($agent->get("$url/unsized")->content eq $body, 'one of unknown size');
ok($agent->post("$url/echo", Content => $body)->content eq $body, 'a large request');
my $peer = $agent->get("$url/peer")->content;
is($agent->get("$url/last")->content, $peer, 'a connection is used again');
isnt($agent->get("$url/gone")->content, $peer, 'unless it is over');
$_->can_read for $agent->conn_cache->get_connections;
is($agent->get("$url/peer")->code, 200, 'be it silently');

# An error reaches who uses LWP as what it is, and is over then.
my %other = (%tls, server_hostname => 'example.test');
my $wrong = LWP::UserAgent->new(ssl_opts => \%other);
ok(!eval { $wrong->get("$url/sized") }, 'a wrong host');
isa_ok($@, 'Airlock::Error');
is($@->{kind}, 'Hostname', 'of its kind');
is($agent->get("$url/missing")->code, 404, 'an HTTP error is not an exception');
$wrong->timeout(0.2);
ok(!eval { $wrong->get("https://127.0.0.1:$silent/") }, 'a silent server');
is($@->{kind}, 'Timeout', 'in time');

# By Perl's own functions.
sub tls { return IO::Socket::INET->new("127.0.0.1:$port") }
my $handle = tls();
Airlock::start_tls($handle, %tls);
printf {$handle} "%s /echo HTTP/1.1\r\n", 'POST';
print {$handle} 'Content-Length: ', 6 + length $body, "\r\n\r\n", "one\ntwo";
is(syswrite($handle, $body), length $body, 'all of it is written');
is(scalar <$handle>, "HTTP/1.1 200 OK\r\n", 'a line');
1 while <$handle> ne "\r\n";
is(getc $handle, 'o', 'one character');
is(scalar <$handle>, "ne\n", 'the rest of a line');
is(read($handle, my $text = 'and ', 3, 4), 3, 'a few bytes');
is($text, 'and two', 'where they are to go');
ok(close $handle, 'closed');
{
  no warnings 'closed';
  is(sysread($handle, $text, 1), undef, 'no reading from what is closed');
  is(syswrite($handle, 'x'), undef, 'nor writing');
}
Airlock::start_tls($handle = tls(), %tls);
print {$handle} "GET /last HTTP/1.0\r\n\r\n";
my @lines = <$handle>;
is($lines[0], "HTTP/1.1 200 OK\r\n", 'all lines');
like($lines[-1], qr/^\d+$/, 'to the end');
is(scalar <$handle>, undef, 'which stays the end');
Airlock::start_tls($handle = tls(), %tls);
print {$handle} "GET /cut HTTP/1.0\r\n\r\n";
ok(!eval { local $/; my $all = <$handle>; 1 }, 'what is cut off is an error');
is($@->{kind}, 'UnexpectedEof', 'which says so');
Airlock::start_tls($handle = tls(), %tls);
print {$handle} "GET /unsized HTTP/1.0\r\n\r\n";
ok(do { local $/; <$handle> } eq "HTTP/1.0 200 OK\r\n\r\n$body", 'all at once');
openssl_works();
done_testing;
