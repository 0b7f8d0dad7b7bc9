# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0

# TLS as an IO handle in Perl, and LWP over it, with only FFI::Platypus.
#   usage: [LIBAIRLOCK=libairlock.so.1] perl client.pl HOST PORT CA CERT KEY [none]
use v5.36;
package Airlock::Error { use overload '""' => sub { "$_[0]{kind}: $_[0]{message}\n" } }

package Airlock;
use Errno 'EAGAIN';
use FFI::Platypus;
use FFI::Platypus::Buffer qw(buffer_to_scalar scalar_to_buffer scalar_to_pointer);
use LWP::UserAgent;
use constant {FD => 1, CERT_REQUIRED => 1, CERT_NONE => 32, OK => 0, CLOSED => 3};
my $ffi = FFI::Platypus->new(api => 1, lib => $ENV{LIBAIRLOCK} // 'libairlock.so.1');
$ffi->attach(["airlock_$_" => $_] => ['opaque'] => 'void') for qw(error_free socket_free);
$ffi->attach([airlock_error_get => 'error_get'] => ['opaque', 'opaque'] => 'sint32');
sub attach ($name, @types) {    # airlock_NAME, as a function that dies on errors.
  $ffi->attach(["airlock_$name" => $name] => [@types, 'opaque*'] => 'sint32', sub {
    my ($function, @arguments) = @_;
    my $status = $function->(@arguments, \my $out);
    return $status if $status >= 0;
    error_get($out, scalar_to_pointer(my $info = pack 'Qx56', 64));
    my ($kind, $kind_size, $message, $size) = unpack 'x32Q4', $info;
    $Airlock::error = bless {kind => buffer_to_scalar($kind, $kind_size),
      message => buffer_to_scalar($message, $size)}, 'Airlock::Error';
    error_free($out);
    die $Airlock::error;
  });
}
attach(runtime_new => qw(opaque opaque*));
attach(wrap_socket => qw(opaque string string opaque*));
attach("socket_$_" => qw(opaque opaque size_t size_t*)) for 'read', 'write';
attach(socket_pending => qw(opaque size_t*));
attach(socket_set_timeout => qw(opaque sint64));
runtime_new(undef, \my $runtime);
sub bytes { return defined $_[0] ? scalar_to_buffer($_[0]) : (0, 0) }
sub start_tls ($tcp, %o) {    # From here on $tcp carries TLS.
  my $transport = pack 'Ql4qx32', 64, FD, fileno $tcp, 0, 0, 1000 * ($tcp->timeout // 0);
  my $options = pack 'Q5x20lx40Q2x16Q2', 152, bytes($o{keyfile}), bytes($o{certfile}),
    $o{cert_reqs} // CERT_REQUIRED, bytes($o{cadata}), bytes($o{server_hostname});
  wrap_socket($runtime, $transport, $options, \my $tls);
  return tie *$tcp, 'Airlock', tcp => $tcp, tls => $tls, fd => fileno $tcp;
}

use parent 'Tie::Handle';    # Called by Perl's functions; print calls WRITE.
sub TIEHANDLE ($class, %self) { Scalar::Util::weaken($self{tcp}); bless \%self, $class }
sub FILENO ($self) { return $self->{fd} }
sub DESTROY ($self) { return socket_free($self->{tls}) }
sub CLOSE { my $tcp = $_[0]{tcp}; untie *$tcp; return close $tcp }
sub tls ($self) { socket_set_timeout($self->{tls}, 0); $self->{tls} }    # Like blocking().
sub pending ($self) { socket_pending($self->{tls}, \my $size); return $size }
sub READ {    # Into the caller's buffer, $_[1], like sysread.
  my ($self, undef, $size, $offset) = @_;
  my $into = scalar_to_pointer(my $part = "\0" x $size);
  my $status = socket_read($self->tls, $into, $size, \my $done);
  substr($_[1] //= '', $offset // 0) = substr $part, 0, $done;
  return $status == OK || $status == CLOSED ? $done : do { $! = EAGAIN; undef };
}
sub READLINE ($self, $line = '', $end = $/ // '', $step = length $end ? 1 : 16384) {
  1 while $self->READ($line, $step, length $line) && substr($line, -length $end) ne $end;
  return if $line eq '';
  no warnings 'recursion';
  return wantarray ? ($line, $self->READLINE) : $line;
}
sub WRITE ($self, $data, $size, $offset = 0) {    # As much as possible without blocking.
  utf8::downgrade($data = substr $data, $offset, $size);
  my ($from, $left) = scalar_to_buffer($data);
  while ($left && socket_write($self->tls, $from, $left, \my $done) == OK) {
    ($from, $left) = ($from + $done, $left - $done);
  }
  return length($data) - $left || do { $! = EAGAIN; undef };
}

package LWP::Protocol::airlock;    # LWP uses it for https.
use parent 'LWP::Protocol::http';
LWP::Protocol::implementor(https => __PACKAGE__);
sub _extra_sock_opts ($self, @) { return (tls => $self->{ua}{ssl_opts}) }
sub new ($class, $scheme, $agent) {    # LWP turns errors into responses: die instead.
  undef $Airlock::error;
  $agent->set_my_handler(response_done => sub { die $Airlock::error if $Airlock::error });
  return $class->SUPER::new($scheme, $agent);
}

package LWP::Protocol::airlock::Socket;
use parent -norequire, 'LWP::Protocol::http::Socket';
sub can_read ($self, @time) { tied(*$self)->pending || $self->SUPER::can_read(@time) }
sub http_connect ($self, $given) {
  my %tls = (server_hostname => $given->{PeerAddr}, %{delete $given->{tls}});
  return $self->SUPER::http_connect($given) && Airlock::start_tls($self, %tls);
}

package main;    # The code above is a library, too.
return 1 if caller;
my ($host, $port, @files) = @ARGV[0 .. 4];
my %tls = (server_hostname => $host, @ARGV > 5 ? (cert_reqs => Airlock::CERT_NONE) : ());
my $slurp = sub { open my $f, '<', $_ or die "$_: $!\n"; local $/; return <$f> // '' };
@tls{qw(cadata certfile keyfile)} = map { $slurp->() } @files;
say LWP::UserAgent->new(ssl_opts => \%tls)->get("https://127.0.0.1:$port/")->content;
