#!/usr/bin/perl
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0

# TLS as a file handle in Perl, by FFI::Platypus alone.
#   usage: perl client.pl HOST PORT CA CERT KEY [none]
# AIRLOCK_LIB says where the library is, if elsewhere.

use strict;
use warnings;
use FFI::Platypus;
use FFI::Platypus::Buffer qw(scalar_to_pointer buffer_to_scalar);
use IO::Socket::INET;
use Symbol;

package Airlock::Error;    # Prints as the whole message.
use overload '""' => sub { "$_[0]{kind}: $_[0]{message}\n" }, fallback => 1;

package Airlock;
use constant {FD => 1, CERT_NONE => 1, CERT_REQUIRED => 3, CLOSED => 3};

my $ffi = FFI::Platypus->new(api => 1);
$ffi->lib($ENV{AIRLOCK_LIB} // 'libairlock.so.1');

# airlock_NAME; pointers and sizes alike are numbers of 64 bits.
sub function {
  my ($name, $arguments) = @_;
  return $ffi->function("airlock_$name", [('uint64') x $arguments], 'sint32');
}
sub address { return main::scalar_to_pointer($_[0]) }

# Calls one whose last argument is where an error goes.
sub call {
  my ($name, @arguments) = @_;
  my $error = pack 'Q', 0;
  my $status = function($name, @arguments + 1)
    ->call(@arguments, address($error));
  return $status if $status >= 0;
  my $info = pack 'Qx56', 64;    # So much of the struct as is needed here.
  function(error_get => 2)->call(unpack('Q', $error), address($info));
  my ($kind, $kind_size, $message, $message_size) = unpack 'x32Q4', $info;
  my %fields = (
    kind    => main::buffer_to_scalar($kind, $kind_size),
    message => main::buffer_to_scalar($message, $message_size));
  function(error_free => 1)->call(unpack 'Q', $error);
  die bless \%fields, 'Airlock::Error';
}

# A text as airlock_bytes. (By alias: it must stay where it is.)
sub bytes { return (address($_[0]), length $_[0]) }

my $runtime = pack 'Q', 0;
call(runtime_new => 0, address($runtime));

# wrap_socket, with Python's names for its options, as a file handle.
sub wrap_socket {
  my ($tcp, %options) = @_;
  my $transport = pack 'Ql4qx32', 64, FD, fileno $tcp, 0, 0, -1;
  my $given = pack 'Q5x16x4lx16x8Q8', 152, bytes($options{keyfile}),
    bytes($options{certfile}), $options{cert_reqs}, 0, 0,
    bytes($options{cadata}), 0, 0, bytes($options{server_hostname});
  my $socket = pack 'Q', 0;
  call(wrap_socket => unpack('Q', $runtime), address($transport),
    address($given), address($socket));
  my $handle = Symbol::gensym();
  tie *{$handle}, 'Airlock', $tcp, unpack 'Q', $socket;
  return $handle;
}

sub TIEHANDLE { my ($class, @self) = @_; return bless \@self, $class }
sub DESTROY { function(socket_free => 1)->call($_[0][1]); return }

sub PRINT {
  my ($self, @texts) = @_;
  my ($text, $done) = (join('', @texts), pack 'Q', 0);
  while (length $text) {
    call(socket_write => $self->[1], bytes($text), address($done));
    substr $text, 0, unpack('Q', $done), '';
  }
  return 1;
}

sub READLINE {    # All there is, until the server closes.
  my ($self) = @_;
  my ($all, $part, $done) = ('', "\0" x 16384, pack 'Q', 0);
  while (call(socket_read => $self->[1], bytes($part), address($done)) != CLOSED) {
    $all .= substr $part, 0, unpack 'Q', $done;
  }
  return $all;
}

package main;
my ($host, $port, @files) = @ARGV[0 .. 4];
my ($ca, $cert, $key) = map { open my $f, '<', $_ or die "$_: $!"; local $/; <$f> } @files;
my $tls = Airlock::wrap_socket(IO::Socket::INET->new("127.0.0.1:$port"), cadata => $ca,
  certfile => $cert, keyfile => $key, server_hostname => $host,
  cert_reqs => @ARGV > 5 ? Airlock::CERT_NONE : Airlock::CERT_REQUIRED);
print {$tls} "GET / HTTP/1.0\r\n\r\n";
print <$tls> =~ s/^.*?\r\n\r\n//sr, "\n";
