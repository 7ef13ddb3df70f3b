#!/usr/bin/perl
# Net::SMPP as an ESME before Peyk, driven by a test: one JSON object a line in, one a line out, the same words as
# node_smpp_peer.js says and hears; that file describes them.
use strict;
use warnings;
use Encode qw(encode decode);
use IO::Select;
use JSON::PP;
use Net::SMPP;

# How the values of TLVs are packed; Net::SMPP hands them over as octets.
my %packed = (
  sc_interface_version => 'C', message_state => 'C', ussd_service_op => 'C', user_message_reference => 'n',
  receipted_message_id => 'Z*', its_session_info => undef, network_error_code => undef,
);
my %charset = (0 => 'gsm0338', 8 => 'UTF-16BE');
my $json = JSON::PP->new->canonical->utf8;
my $smpp;
$| = 1;

sub say_event { print $json->encode({@_}), "\n" }

sub told {
  my ($pdu) = @_;
  my %event = (event => 'pdu', command_status => $pdu->{status}, sequence_number => $pdu->{seq});
  ($event{command} = $pdu->explain_cmd) =~ s/^CMD_//;
  for my $name (keys %$pdu) {
    next if $name =~ /^(\d+|cmd|status|seq|data|reserved|known_pdu|short_message)$/;
    my $value = $pdu->{$name};
    # message_state is a field there, a number already.
    my $is_tlv = exists $packed{$name} && !($name eq 'message_state' && $event{command} eq 'query_sm_resp');
    $value = $packed{$name} ? unpack($packed{$name}, $value) : unpack('H*', $value) if $is_tlv;
    $event{$name} = $value;
  }
  if (defined(my $octets = $pdu->{short_message})) {
    $event{udh} = unpack('H*', substr($octets, 0, 1 + ord($octets), '')) if $pdu->{esm_class} & 0x40;
    my $charset = $charset{$pdu->{data_coding}} or die "no charset for data_coding $pdu->{data_coding}";
    $event{text} = decode($charset, $octets);
  }
  say_event(%event);
}

sub fields_of {
  my %fields = %{$_[0] || {}};
  my $text = delete $fields{text};
  my $udh = delete $fields{udh};
  if (defined $text) {
    $fields{short_message} = pack('H*', $udh // '') . encode($charset{$fields{data_coding} // 0}, $text);
    $fields{esm_class} = ($fields{esm_class} // 0) | 0x40 if defined $udh;
  }
  return %fields;
}

sub obey {
  my ($order) = @_;
  if ($order->{do} eq 'connect') {
    $smpp = Net::SMPP->new_connect('127.0.0.1', port => $order->{port}, async => 1) or die "connect: $!";
    say_event(event => 'connected');
  } elsif ($order->{do} eq 'send') {
    my $command = $order->{command};
    my %fields = fields_of($order->{fields});
    $smpp->$command(%fields) or die "$command: $!";
  } else {
    die "no such order: $order->{do}";
  }
}

sub attend {
  my $pdu = $smpp->read_pdu;
  if (!$pdu) {
    say_event(event => 'closed');
    undef $smpp;
    return;
  }
  told($pdu);
  my $cmd = $pdu->{cmd};
  $smpp->deliver_sm_resp(seq => $pdu->{seq}, message_id => '') if $cmd == Net::SMPP::CMD_deliver_sm;
  $smpp->enquire_link_resp(seq => $pdu->{seq}) if $cmd == Net::SMPP::CMD_enquire_link;
  $smpp->unbind_resp(seq => $pdu->{seq}) if $cmd == Net::SMPP::CMD_unbind;
}

my $orders = '';
while (1) {
  for my $ready (IO::Select->new(\*STDIN, $smpp ? $smpp : ())->can_read) {
    if ($smpp && $ready == $smpp) {
      attend();
      next;
    }
    sysread(STDIN, $orders, 65536, length $orders) or exit 0;
    obey($json->decode($1)) while $orders =~ s/^([^\n]*)\n//;
  }
}
